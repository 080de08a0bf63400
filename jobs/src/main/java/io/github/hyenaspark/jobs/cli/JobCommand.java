package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.config.Settings;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** A command that takes files of settings and {@code key=value} arguments, and runs one job with them. */
public final class JobCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(JobCommand.class);

    private final Job job;
    private final Console console;

    @Mixin
    private final SettingsArguments arguments = new SettingsArguments();

    private JobCommand(Job job, Console console) {
        this.job = job;
        this.console = console;
    }

    /** A command whose help shows the sections of the settings that it reads. */
    public static CommandLine of(CommandWords words, List<String> sections, Job job, Console console) {
        return words.on(new JobCommand(job, console), sections);
    }

    @Override
    public Integer call() throws Exception {
        Settings settings = arguments.load();
        List<String> derived = job.derived(settings);
        settings = derived.isEmpty() ? settings : arguments.load(derived);
        LOG.info("settings {}", settings.render());
        job.run(settings, console);
        return ExitCode.DONE.code();
    }
}
