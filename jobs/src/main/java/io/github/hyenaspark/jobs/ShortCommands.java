package io.github.hyenaspark.jobs;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Runs the commands that end at once, so that {@code submit-scripts/hyena} gets the list of their classes for its
 * archive. Prints nothing and leaves nothing behind.
 */
final class ShortCommands {
    private ShortCommands() {}

    /** Runs them on a run of one parameter, and on a fitting of one such run. */
    public static void main(String[] arguments) throws IOException {
        if (Main.JavaVersion.refusal().isPresent()) {
            return;
        }
        quietly((directory, console) -> {
            String run = directory.toString();
            makeRun(run);
            String fitting = directory.resolve("fitting").toString();
            makeFitting(fitting);
            for (List<String> words : List.of(
                    List.of("--help"),
                    List.of("--version"),
                    List.of("train", "--help"),
                    List.of("train", "train.lr"),
                    List.of("inspect", run),
                    List.of("inspect", run, "--json"),
                    List.of("inspect", "--json", run),
                    List.of("inspect", fitting),
                    List.of("inspect", fitting, "--json"),
                    List.of("verify", run))) {
                Main.run(words, console);
            }
        });
    }

    /** Runs commands. */
    interface Work {
        void run(Path directory, Console console) throws IOException;
    }

    /** Lets work print nothing, and leave nothing behind that it makes in its directory. */
    static void quietly(Work work) throws IOException {
        Path directory = Files.createTempDirectory("hyena-classes-");
        try {
            var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            work.run(directory, new Console(nowhere, nowhere));
        } finally {
            Storage.local().delete(directory.toString());
        }
    }

    static void makeRun(String directory) throws IOException {
        Tokenizer tokenizer = Tokenizer.open(Storage.local(), "bytes");
        Storage.local().replace(RunTokenizer.uri(directory), tokenizer.file());
        CheckpointStore store = CheckpointStore.open(Storage.local(), directory);
        store.beginEpoch();
        store.save(checkpoint(tokenizer.fingerprint()), 1);
    }

    /** With two folds, of which the first has been trained. */
    static void makeFitting(String directory) throws IOException {
        var fitting = new FittingDirectory(directory);
        String settings = Settings.load(List.of("fit.folds=2", "fit.models=1")).render();
        Storage.local().replace(fitting.settings(), settings.getBytes(StandardCharsets.UTF_8));
        makeRun(fitting.run("fold-1-model-1"));
    }

    private static Checkpoint checkpoint(String tokenizer) {
        return new Checkpoint(
                0,
                0,
                Settings.load(List.of("train.lr=1")).render(),
                "",
                "",
                tokenizer,
                1,
                Map.of(Checkpoint.THETA, new float[1]),
                List.of(new ParameterEntry("weight", List.of(1), 0, ParameterSpec.Group.BASE)),
                Map.of(),
                new Provenance.Numerics("", "", "", ""),
                0,
                TrainingProgress.NONE,
                List.of());
    }
}
