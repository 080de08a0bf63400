package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.config.Settings;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The help of a command: its name, what it does, and arguments for an example, with paths in capitals. */
public record CommandWords(String name, String summary, String example) {
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
        line.getHelpSectionMap()
                .put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> settings(sections)); // read when it is asked for
        return line;
    }

    private static String settings(List<String> sections) {
        return sections.stream()
                .map(Settings::defaultsOf)
                .collect(Collectors.joining("", "\nSettings and their defaults:\n", ""));
    }
}
