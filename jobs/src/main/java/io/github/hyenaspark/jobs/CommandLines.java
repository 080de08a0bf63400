package io.github.hyenaspark.jobs;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line as picocli reads it. */
public final class CommandLines {
    private static final int HELP_COLUMNS = 110; // so that no line of reference.conf is wrapped

    private static final String VERBOSE = "--verbose";

    private CommandLines() {}

    static int execute(List<String> arguments, Console console) {
        String name = arguments.isEmpty() ? "" : arguments.get(0);
        return called(name, console).execute(arguments.toArray(String[]::new));
    }

    public static CommandLine all(Console console) {
        return withCommands(Commands.ALL.stream().map(words -> Commands.make(words, console)), console);
    }

    /** Only the command that is called; the words of all of them if there is no such command. */
    private static CommandLine called(String name, Console console) {
        for (CommandWords words : Commands.ALL) {
            if (words.name().equals(name)) {
                return withCommands(Stream.of(Commands.make(words, console)), console);
            }
        }
        return withCommands(Commands.ALL.stream().map(words -> words.on(CommandSpec.create())), console);
    }

    private static CommandLine withCommands(Stream<CommandLine> commands, Console console) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection((Runnable) CommandLines::askForCommand);
        spec.usageMessage().synopsisSubcommandLabel("COMMAND");
        CommandLine line = Commands.PROGRAM.on(spec);
        spec.addOption(OptionSpec.builder("-V", "--version")
                .description(Commands.SHOW_VERSION)
                .build()); // Main answers it
        commands.peek(CommandLines::makeVerbose).forEach(line::addSubcommand);
        return line.setExpandAtFiles(false)
                .setUsageHelpWidth(HELP_COLUMNS)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setOut(new PrintWriter(console.results(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(console.messages(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((e, all) -> wrongUsage(e, console))
                .setExecutionExceptionHandler((e, command, parsed) -> Main.failed(
                        e,
                        command.getCommandSpec().qualifiedName(),
                        console,
                        command.getParseResult().hasMatchedOption(VERBOSE)));
    }

    /** A command and those below it. */
    private static void makeVerbose(CommandLine command) {
        command.getCommandSpec()
                .addOption(OptionSpec.builder(VERBOSE)
                        .description("Print the stack trace of every failure.")
                        .build());
        command.getSubcommands().values().forEach(CommandLines::makeVerbose);
    }

    private static void askForCommand() {
        throw new IllegalArgumentException("a command is needed; see hyena --help");
    }

    private static int wrongUsage(ParameterException e, Console console) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        Set<String> known = e.getCommandLine().getSubcommands().keySet();
        String message = e instanceof UnmatchedArgumentException unmatched && !known.isEmpty()
                ? unknownCommand(unmatched.getUnmatched().get(0), known)
                : e.getMessage();
        console.messages().println(command + ": " + message + "; see " + command + " --help");
        return ExitCode.WRONG_USAGE.code();
    }

    private static String unknownCommand(String typed, Set<String> known) {
        return "there is no command " + typed + SettingNames.suggestion(typed, known, "") + "; known commands: "
                + known;
    }
}
