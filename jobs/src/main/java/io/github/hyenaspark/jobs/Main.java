package io.github.hyenaspark.jobs;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.inspect.InspectJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: {@code hyena COMMAND [FILE.conf ...] [key=value ...]}. */
public final class Main implements Runnable {
    private static final int HELP_COLUMNS = 110; // so that no line of reference.conf is wrapped

    private Main() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        Optional<String> refusal = JavaVersion.refusal();
        if (refusal.isPresent()) {
            Console.ofProcess().messages().println("hyena: " + refusal.get());
            System.exit(ExitCode.WRONG_USAGE.code());
        }
        System.setProperty("java.awt.headless", "true"); // servers that draw the loss curve have no display
        List<String> words = List.of(arguments);
        int code = run(words, Console.ofProcess());
        if (InspectJob.isPlain(words) || words.equals(List.of("--help"))) {
            Runtime.getRuntime().halt(code); // exit would look for loggers in every jar
        }
        System.exit(code);
    }

    /** Runs one command; returns its exit code. */
    public static int run(List<String> arguments, Console console) {
        try {
            String name = arguments.isEmpty() ? "" : arguments.get(0);
            if (name.equals("-h") || name.equals("--help")) {
                console.results().print(Commands.help());
                console.results().flush();
                return ExitCode.DONE.code();
            }
            if (InspectJob.isPlain(arguments)) {
                return inspect(arguments, console);
            }
            return commandLine(name, console).execute(arguments.toArray(String[]::new));
        } catch (OutOfMemoryError e) { // picocli catches exceptions only
            return failed(e, "hyena " + arguments.get(0), console);
        }
    }

    /** The same as by way of picocli, whose start takes longer than all the rest of the command. */
    private static int inspect(List<String> arguments, Console console) {
        try {
            return InspectJob.run(arguments.get(1), arguments.size() > 2, console);
        } catch (IOException | RuntimeException e) {
            return failed(e, "hyena inspect", console);
        }
    }

    /** All commands. */
    public static CommandLine commandLine(Console console) {
        return withCommands(Commands.ALL.stream().map(words -> Commands.make(words, console)), console);
    }

    /** Only the command that is called; the words of all of them if there is no such command. */
    private static CommandLine commandLine(String name, Console console) {
        for (CommandWords words : Commands.ALL) {
            if (words.name().equals(name)) {
                return withCommands(Stream.of(Commands.make(words, console)), console);
            }
        }
        return withCommands(Commands.ALL.stream().map(words -> words.on(CommandSpec.create())), console);
    }

    private static CommandLine withCommands(Stream<CommandLine> commands, Console console) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(new Main());
        spec.usageMessage().synopsisSubcommandLabel("COMMAND");
        CommandLine line = Commands.PROGRAM.on(spec);
        commands.forEach(line::addSubcommand);
        return line.setExpandAtFiles(false)
                .setUsageHelpWidth(HELP_COLUMNS)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setOut(new PrintWriter(console.results(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(console.messages(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((e, all) -> wrongUsage(e, console))
                .setExecutionExceptionHandler((e, command, parsed) ->
                        failed(e, command.getCommandSpec().qualifiedName(), console));
    }

    @Override
    public void run() {
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
        return "there is no command " + typed + SettingNames.suggestion(typed, known, "") + "; known commands: " + known;
    }

    private static int failed(Throwable failure, String command, Console console) {
        ExitCode code = ExitCode.of(failure);
        console.messages().println(command + ": " + ExitCode.message(failure));
        Logger log = LoggerFactory.getLogger(Main.class); // not before: help and inspect need no logging
        boolean expected = failure instanceof Exception && !(failure instanceof RuntimeException);
        if (code == ExitCode.FAILED && !expected) {
            log.error("{} failed unexpectedly", command, failure);
        } else {
            log.debug("{} ended with exit code {}", command, code.code(), failure);
        }
        return code.code();
    }
}
