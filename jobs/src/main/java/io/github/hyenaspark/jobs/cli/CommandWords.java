package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.config.Settings;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The help of a command: its name, what it does, and arguments for an example, with paths in capitals. */
public record CommandWords(String name, String summary, String example) {
    /** A command for the command line, with its {@code --help}. */
    public CommandLine on(Object command) {
        CommandLine line = new CommandLine(command);
        line.getCommandSpec()
                .name(name)
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help.")
                        .build())
                .usageMessage()
                .description(summary, "Example: ${COMMAND-FULL-NAME} " + example);
        return line;
    }

    /** A command whose help ends with the sections of the settings that it reads. */
    public CommandLine on(Object command, List<String> sections) {
        CommandLine line = on(command);
        line.getCommandSpec()
                .usageMessage()
                .footerHeading("%nSettings and their defaults:%n")
                .footer(sections.stream()
                        .map(Settings::defaultsOf)
                        .flatMap(String::lines)
                        .map(text -> text.replace("%", "%%"))
                        .toArray(String[]::new));
        return line;
    }
}
