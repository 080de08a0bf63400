package io.github.hyenaspark.jobs;

import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The option that every command has. */
final class HelpOption {
    private HelpOption() {}

    /** Gives a command its {@code --help}. */
    static CommandLine addTo(CommandLine command) {
        command.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help.")
                        .build());
        return command;
    }
}
