package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.Main;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run in a process of its own that is told to end. */
@Tag("process")
class TerminationIT {
    private static final String LONG = "train.rounds=100000";

    @Test
    @Tag("fault-14")
    void sigtermSavesTheLastRoundAndTheRunGoesOnFromThere(@TempDir Path directory) throws Exception {
        String dataset = SmallRun.prepare(directory);
        Path run = directory.resolve("run");
        Process process = start(dataset, run);
        try (BufferedReader results = process.inputReader(StandardCharsets.UTF_8);
                BufferedReader messages = process.errorReader(StandardCharsets.UTF_8)) {
            assertThat(messages.lines().anyMatch(line -> line.matches("train: ([2-9]|\\d{2,}) of .*")))
                    .isTrue();
            process.toHandle().destroy(); // SIGTERM; Process.destroy would close the streams too
            assertThat(messages.lines().toList()).noneMatch(line -> line.contains("could not be saved"));
            assertThat(results.lines()).isEmpty();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(143);

        int round = inspect(run);
        assertThat(round).isBetween(2, 99_999);
        int last = round + 2;
        String resumed = train(dataset, run, last).theta();
        assertThat(resumed)
                .isEqualTo(train(dataset, directory.resolve("straight"), last).theta());
    }

    /** The only checkpoint before the end is the one that SIGTERM causes. */
    private static Process start(String dataset, Path run) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        command.addAll(HyenaProcess.jvmFlags());
        command.addAll(List.of("-Dspark.master=local[1]", "-Dspark.ui.enabled=false"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "train"));
        command.addAll(SmallRun.SETTINGS);
        command.addAll(List.of(LONG, "checkpoint.every-rounds=1000", "run.validate-every-rounds=0"));
        command.addAll(List.of("run.progress=plain", "data.dataset=" + dataset, "run.dir=" + run));
        return new ProcessBuilder(command).redirectOutput(Redirect.PIPE).start();
    }

    private static int inspect(Path run) throws IOException {
        return SmallRun.bare("none", List.of("inspect", run.toString(), "--json"))
                .json()
                .get("round")
                .intValue();
    }

    private static SmallRun.Outcome train(String dataset, Path run, int rounds) {
        return SmallRun.hyena(
                "local[1]",
                "train",
                LONG,
                "data.dataset=" + dataset,
                "run.dir=" + run,
                "run.validate-every-rounds=0",
                "run.stop-after-rounds=" + rounds);
    }
}
