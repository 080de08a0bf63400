package io.github.hyenaspark.jobs;

import io.github.hyenaspark.config.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** A command that takes files of settings and {@code key=value} arguments, and runs one job with them. */
final class JobCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(JobCommand.class);
    private static final Set<String> SECTIONS = Set.of(
            "data",
            "task",
            "model",
            "train",
            "checkpoint",
            "run",
            "evaluate",
            "score",
            "embed",
            "generate",
            "export",
            "import",
            "bench",
            "tokenizer",
            "memory",
            "vacuum");

    private final Job job;
    private final Console console;

    @Parameters(
            paramLabel = "FILE.conf|KEY=VALUE",
            arity = "0..*",
            description = "Files of settings, then single settings. Later ones win.")
    private List<String> arguments = List.of();

    private JobCommand(Job job, Console console) {
        this.job = job;
        this.console = console;
    }

    /**
     * A command for the command line.
     *
     * @param words its name and what it does
     * @param sections of the settings that it reads, shown in its help
     */
    static CommandLine of(Words words, List<String> sections, Job job, Console console) {
        CommandLine command = HelpOption.addTo(new CommandLine(new JobCommand(job, console)));
        command.getCommandSpec().name(words.name()).usageMessage().description(words.summary());
        return showSettings(command, sections);
    }

    /** Has the help of a command end with sections of the settings. */
    static CommandLine showSettings(CommandLine command, List<String> sections) {
        var usage = command.getCommandSpec().usageMessage();
        usage.footerHeading("%nSettings and their defaults:%n");
        usage.footer(sections.stream()
                .map(Settings::defaultsOf)
                .flatMap(String::lines)
                .map(line -> line.replace("%", "%%"))
                .toArray(String[]::new));
        return command;
    }

    /** Name and summary of a command. */
    record Words(String name, String summary) {}

    @Override
    public Integer call() throws Exception {
        Settings settings = withDerived(load(arguments));
        LOG.info("settings {}", settings.render());
        job.run(settings, console);
        return ExitCode.DONE.code();
    }

    /** Settings of the command line, all of sections that some command reads. */
    static Settings load(List<String> arguments) {
        Settings settings = Settings.load(arguments);
        settings.refuseUnknownSections(SECTIONS);
        return settings;
    }

    private Settings withDerived(Settings settings) throws IOException {
        List<String> all = new ArrayList<>(job.derived(settings));
        all.addAll(arguments);
        return all.size() == arguments.size() ? settings : load(all);
    }
}
