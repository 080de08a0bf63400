package io.github.hyenaspark.jobs;

import io.github.hyenaspark.jobs.bench.BenchJob;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.cli.JobCommand;
import io.github.hyenaspark.jobs.compare.CompareJob;
import io.github.hyenaspark.jobs.exchange.ExportJob;
import io.github.hyenaspark.jobs.exchange.ImportJob;
import io.github.hyenaspark.jobs.infer.DocumentsJob;
import io.github.hyenaspark.jobs.infer.EvaluateJob;
import io.github.hyenaspark.jobs.infer.GenerateJob;
import io.github.hyenaspark.jobs.inspect.InspectJob;
import io.github.hyenaspark.jobs.inspect.VerifyJob;
import io.github.hyenaspark.jobs.prepare.PrepareJob;
import io.github.hyenaspark.jobs.prepare.TrainTokenizerJob;
import io.github.hyenaspark.jobs.prepare.VacuumJob;
import io.github.hyenaspark.jobs.train.TrainJob;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: {@code hyena COMMAND [FILE.conf ...] [key=value ...]}. */
@Command(synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private static final int HELP_COLUMNS = 110; // so that no line of reference.conf is wrapped

    private Main() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true"); // servers that draw the loss curve have no display
        System.exit(run(List.of(arguments), Console.ofProcess()));
    }

    /** Runs one command; returns its exit code. */
    public static int run(List<String> arguments, Console console) {
        try {
            return commandLine(console).execute(arguments.toArray(String[]::new));
        } catch (OutOfMemoryError e) { // picocli catches exceptions only
            return failed(e, "hyena " + arguments.get(0), console);
        }
    }

    public static CommandLine commandLine(Console console) {
        return new CommandWords(
                        "hyena", "Trains long-context language models of Hyena blocks on Apache Spark.", "train --help")
                .on(new Main())
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "prepare",
                                "Turns a corpus into a dataset, doing only what is new.",
                                "data.input=FOLDER data.dataset=DATASET"),
                        List.of("data", "task", "run"),
                        new PrepareJob.Command(),
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "train-tokenizer",
                                "Learns a byte-level BPE tokenizer from a corpus.",
                                "data.input=FOLDER tokenizer.output=TOKENIZER tokenizer.vocab=4096"),
                        List.of("data", "tokenizer"),
                        TrainTokenizerJob::run,
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "train",
                                "Trains a model on a dataset, or resumes the run in run.dir.",
                                "data.dataset=DATASET run.dir=RUN"),
                        List.of("data", "model", "train", "checkpoint", "run"),
                        new TrainJob.Command(),
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "evaluate",
                                "Measures the newest checkpoint of run.dir on a split: overall, per document, by position.",
                                "run.dir=RUN"),
                        List.of("evaluate", "data", "run"),
                        EvaluateJob::run,
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "score",
                                "Writes the loss of every document in data.input under the model in run.dir.",
                                "run.dir=RUN data.input=FOLDER score.output=SCORES"),
                        List.of("score", "data", "run"),
                        DocumentsJob::score,
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "embed",
                                "Writes vectors of every document in data.input, computed by the model in run.dir.",
                                "run.dir=RUN data.input=FOLDER embed.output=VECTORS"),
                        List.of("embed", "data", "run"),
                        DocumentsJob::embed,
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "compare",
                                "Trains several mixers on the same data, measures their speed, and plots both.",
                                "data.dataset=DATASET compare.dir=COMPARISON"),
                        List.of("compare", "data", "model", "train", "checkpoint", "run"),
                        CompareJob::run,
                        console))
                .addSubcommand(GenerateJob.command(console))
                .addSubcommand(ExportJob.command(console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "import",
                                "Starts a run in run.dir from a model in safetensors files; takes the settings of train.",
                                "import.input=EXPORT run.dir=NEW-RUN"),
                        List.of("import", "run"),
                        new ImportJob(),
                        console))
                .addSubcommand(JobCommand.of(
                        new CommandWords(
                                "vacuum", "Deletes files of a dataset that no snapshot lists.", "data.dataset=DATASET"),
                        List.of("vacuum", "data"),
                        VacuumJob::run,
                        console))
                .addSubcommand(BenchJob.command(console))
                .addSubcommand(InspectJob.command(console))
                .addSubcommand(VerifyJob.command(console))
                .setExpandAtFiles(false)
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
                ? "there is no command " + unmatched.getUnmatched().get(0) + ", only " + known
                : e.getMessage();
        console.messages().println(command + ": " + message + "; see " + command + " --help");
        return ExitCode.WRONG_USAGE.code();
    }

    private static int failed(Throwable failure, String command, Console console) {
        ExitCode code = ExitCode.of(failure);
        console.messages().println(command + ": " + ExitCode.message(failure));
        boolean expected = failure instanceof Exception && !(failure instanceof RuntimeException);
        if (code == ExitCode.FAILED && !expected) {
            LOG.error("{} failed unexpectedly", command, failure);
        } else {
            LOG.debug("{} ended with exit code {}", command, code.code(), failure);
        }
        return code.code();
    }
}
