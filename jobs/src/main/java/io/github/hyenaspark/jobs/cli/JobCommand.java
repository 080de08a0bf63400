package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.config.Settings;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that takes files of settings and {@code key=value} arguments, and runs one job with them. */
public final class JobCommand implements Callable<Integer> {
    private final List<String> sections;
    private final Job job;
    private final Console console;

    @Mixin
    private final SettingsArguments arguments;

    @Spec
    private CommandSpec command = CommandSpec.create();

    private JobCommand(List<String> sections, String place, Job job, Console console) {
        this.arguments = new SettingsArguments(place);
        this.sections = sections;
        this.job = job;
        this.console = console;
    }

    /**
     * A command that reads some sections of the settings: its help has them, and its log what differs from defaults.
     */
    public static CommandLine of(CommandWords words, List<String> sections, Job job, Console console) {
        return of(words, sections, "", job, console);
    }

    /** A command that takes the value of one key also as a word alone. */
    public static CommandLine of(CommandWords words, List<String> sections, String place, Job job, Console console) {
        return words.on(new JobCommand(sections, place, job, console), sections);
    }

    @Override
    public Integer call() throws Exception {
        console.stop().arm(command.qualifiedName());
        Settings settings = arguments.load();
        Job.Derived derived = job.derived(settings);
        settings = derived.defaults().isEmpty() ? settings : arguments.load(derived.defaults(), derived.kept());
        Logger log = LoggerFactory.getLogger(JobCommand.class); // not before: help needs no logging
        settings.changes(sections).forEach(change -> log.info("{}", change));
        job.run(settings, console);
        return ExitCode.DONE.code();
    }

    /** What a command does once its settings are read. */
    @FunctionalInterface
    public interface Job {
        /** Runs the command; the result goes to the console. IllegalArgumentException if the settings are wrong. */
        void run(Settings settings, Console console) throws IOException;

        /** What follows from the settings of a command line. IllegalArgumentException if they are wrong. */
        default Derived derived(Settings settings) throws IOException {
            return Derived.defaults(List.of());
        }

        /**
         * Settings as {@code key=value}.
         *
         * @param defaults which those of the command line override
         * @param kept which override those of the command line
         */
        record Derived(List<String> defaults, List<String> kept) {
            public static Derived defaults(List<String> defaults) {
                return new Derived(defaults, List.of());
            }
        }
    }
}
