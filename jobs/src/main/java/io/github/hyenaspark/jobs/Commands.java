package io.github.hyenaspark.jobs;

import io.github.hyenaspark.jobs.bench.BenchJob;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.JobCommand;
import io.github.hyenaspark.jobs.compare.CompareJob;
import io.github.hyenaspark.jobs.exchange.ExportJob;
import io.github.hyenaspark.jobs.exchange.ImportJob;
import io.github.hyenaspark.jobs.fit.FitJob;
import io.github.hyenaspark.jobs.fit.PredictJob;
import io.github.hyenaspark.jobs.infer.DocumentsJob;
import io.github.hyenaspark.jobs.infer.EvaluateJob;
import io.github.hyenaspark.jobs.infer.GenerateJob;
import io.github.hyenaspark.jobs.inspect.InspectJob;
import io.github.hyenaspark.jobs.inspect.VerifyJob;
import io.github.hyenaspark.jobs.prepare.DatasetJobs;
import io.github.hyenaspark.jobs.prepare.PrepareJob;
import io.github.hyenaspark.jobs.prepare.TrainTokenizerJob;
import io.github.hyenaspark.jobs.train.TrainJob;
import java.util.List;
import picocli.CommandLine;

/** All commands: what the help says of each, and how it is made once it is called, so that help loads none of them. */
final class Commands {
    static final CommandWords PROGRAM = new CommandWords(
            "hyena", "Trains long-context language models of Hyena blocks on Apache Spark.", "train --help");

    static final List<CommandWords> ALL = List.of(
            new CommandWords(
                    "prepare",
                    "Turns a corpus into a dataset, doing only what is new.",
                    "data.input=FOLDER data.dataset=DATASET"),
            new CommandWords(
                    "train-tokenizer",
                    "Learns a byte-level BPE tokenizer from a corpus.",
                    "data.input=FOLDER tokenizer.output=TOKENIZER tokenizer.vocab=4096"),
            new CommandWords(
                    "train",
                    "Trains a model on a dataset, or resumes the run in run.dir.",
                    "data.dataset=DATASET run.dir=RUN"),
            new CommandWords(
                    "evaluate",
                    "Measures the newest checkpoint of run.dir on a split: overall, per document, by position.",
                    "run.dir=RUN"),
            new CommandWords(
                    "score",
                    "Writes the loss of every document in data.input under the model in run.dir.",
                    "run.dir=RUN data.input=FOLDER score.output=SCORES"),
            new CommandWords(
                    "embed",
                    "Writes vectors of every document in data.input, computed by the model in run.dir.",
                    "run.dir=RUN data.input=FOLDER embed.output=VECTORS"),
            new CommandWords(
                    "fit",
                    "Learns to predict a label of documents, and measures it by cross-validation.",
                    "data.input=LABELLED fit.label-field=label run.dir=FIT"),
            new CommandWords(
                    "predict",
                    "Predicts the labels of documents with a model of fit; writes Parquet.",
                    "run.dir=FIT data.input=FOLDER predict.output=PREDICTIONS"),
            new CommandWords(
                    "compare",
                    "Trains several mixers on the same data, measures their speed, and plots both.",
                    "data.dataset=DATASET compare.dir=COMPARISON"),
            new CommandWords(
                    "generate",
                    "Continues a text with the newest checkpoint of run.dir.",
                    "run.dir=RUN generate.prompt='Once upon'"),
            new CommandWords(
                    "export",
                    "Writes the newest checkpoint of a run for other programs.",
                    "RUN export.output=EXPORT export.format=safetensors"),
            new CommandWords(
                    "import",
                    "Starts a run in run.dir from a model in safetensors files; takes the settings of train.",
                    "import.input=EXPORT run.dir=NEW-RUN"),
            new CommandWords(
                    "expire", "Deletes old snapshots of a dataset, but for those of runs.", "data.dataset=DATASET"),
            new CommandWords("vacuum", "Deletes files of a dataset that no snapshot lists.", "data.dataset=DATASET"),
            new CommandWords(
                    "migrate",
                    "Writes a dataset of an older version in this version's format.",
                    "data.dataset=DATASET"),
            new CommandWords(
                    "bench", "Measures how fast this machine is; the last line is one JSON object.", "conv --help"),
            new CommandWords("inspect", "Shows what is in a run, a dataset or a fitting.", "RUN --json"),
            new CommandWords(
                    "verify", "Checks every hash of a dataset, of a run's checkpoints or of a fitting.", "DATASET"));

    static final String SHOW_VERSION = "Show the versions of hyena-spark, Spark and Java.";

    private static final String RUN = "run.dir";
    private static final int NAME_COLUMNS = 17; // as picocli lays them out

    private Commands() {}

    /** A command for the command line. */
    static CommandLine make(CommandWords words, Console console) {
        return switch (words.name()) {
            case "prepare" -> JobCommand.of(words, List.of("data", "task", "run"), new PrepareJob.Command(), console);
            case "train-tokenizer" ->
                JobCommand.of(words, List.of("data", "tokenizer"), TrainTokenizerJob::run, console);
            case "train" ->
                JobCommand.of(
                        words,
                        List.of("data", "model", "train", "checkpoint", "run"),
                        new TrainJob.Command(true),
                        console);
            case "evaluate" -> JobCommand.of(words, List.of("evaluate", "data", "run"), RUN, EvaluateJob::run, console);
            case "score" -> JobCommand.of(words, List.of("score", "data", "run"), RUN, DocumentsJob::score, console);
            case "embed" -> JobCommand.of(words, List.of("embed", "data", "run"), RUN, DocumentsJob::embed, console);
            case "fit" ->
                JobCommand.of(
                        words,
                        List.of("fit", "data", "task", "model", "train", "checkpoint", "run"),
                        new FitJob(),
                        console);
            case "predict" ->
                JobCommand.of(words, List.of("predict", "data", "run"), "run.dir", new PredictJob(), console);
            case "compare" ->
                JobCommand.of(
                        words,
                        List.of("compare", "data", "model", "train", "checkpoint", "run"),
                        "compare.dir",
                        new CompareJob.Command(),
                        console);
            case "generate" -> GenerateJob.command(words, console);
            case "export" -> ExportJob.command(words, console);
            case "import" -> JobCommand.of(words, List.of("import", "run"), new ImportJob(), console);
            case "expire" ->
                JobCommand.of(words, List.of("expire", "data"), "data.dataset", DatasetJobs::expire, console);
            case "migrate" -> JobCommand.of(words, List.of("data"), "data.dataset", DatasetJobs::migrate, console);
            case "vacuum" ->
                JobCommand.of(words, List.of("vacuum", "data"), "data.dataset", DatasetJobs::vacuum, console);
            case "bench" -> BenchJob.command(words, console);
            case "inspect" -> InspectJob.command(words, console);
            case "verify" -> VerifyJob.command(words, console);
            default -> throw new IllegalArgumentException("there is no command " + words.name());
        };
    }

    /** Ours as the manifest of our jar has it. */
    static String version() {
        String ours = Commands.class.getPackage().getImplementationVersion();
        String spark = Main.JavaVersion.sparkVersion();
        return "hyena-spark " + (ours == null ? "from classes without a jar" : ours)
                + (spark.isEmpty() ? "" : ", Spark " + spark) + ", Java " + System.getProperty("java.version");
    }

    /** The help of the program, as picocli would print it after a tenth of a second. */
    static String help() {
        StringBuilder help = new StringBuilder("Usage: hyena [-hV] COMMAND\n" + PROGRAM.summary() + "\nExample: hyena "
                + PROGRAM.example() + "\n  -h, --help      Show this help.\n  -V, --version   " + SHOW_VERSION
                + "\nCommands:\n");
        for (CommandWords words : ALL) {
            String gap = " ".repeat(NAME_COLUMNS - words.name().length());
            help.append("  " + words.name() + gap + words.summary() + "\n");
        }
        return help.toString();
    }
}
