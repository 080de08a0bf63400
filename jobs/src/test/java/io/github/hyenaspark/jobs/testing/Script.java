package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A script that users start, in a process of its own; {@link HyenaProcess} has the commands without one.
 *
 * @param file the script
 * @param environment what is added to this process's
 */
public record Script(Path file, Map<String, String> environment) {
    /** A script by its path below {@code submit-scripts}. */
    public static Script named(String path) {
        return new Script(Path.of("..", "submit-scripts", path).toAbsolutePath().normalize(), Map.of());
    }

    /** The same with another variable in its environment. */
    public Script with(String variable, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(variable, value);
        return new Script(file, more);
    }

    /** Runs it with these arguments to its end. */
    public Outcome run(Path directory, String... arguments) throws IOException, InterruptedException {
        try (Running running = start(directory, arguments)) {
            return running.await();
        }
    }

    /** The same with another limit than four minutes. */
    public Outcome run(Path directory, Duration limit, String... arguments) throws IOException, InterruptedException {
        try (Running running = start(directory, arguments)) {
            return running.await(limit);
        }
    }

    /**
     * Starts it with these arguments.
     *
     * @param directory where its output is kept
     */
    public Running start(Path directory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("bash", file.toString()));
        command.addAll(Arrays.asList(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().remove("SPARK_HOME"); // of this fork of the tests; a script finds its own
        builder.environment().putAll(environment);
        return Running.start(builder, directory);
    }
}
