package io.github.hyenaspark.jobs;

import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Runs commands that compute, on as little as they take, so that {@code submit-scripts/hyena} gets the list of their
 * classes for its archive. Prints nothing and leaves nothing behind.
 */
public final class LongCommands {
    private static final String TEXT = "What is said here is said again. ";

    private LongCommands() {}

    /** Prepares a text, trains a model of it, and uses that; learns a label, and predicts it. */
    public static void main(String[] arguments) throws IOException {
        ShortCommands.quietly((directory, console) -> {
            Path text = Files.createDirectory(directory.resolve("text"));
            for (String name : List.of("a", "b", "c", "d")) {
                Files.writeString(text.resolve(name + ".txt"), (TEXT + name).repeat(64));
            }
            String input = "data.input=" + text.toUri();
            Path labelled = directory.resolve("labelled.jsonl");
            Files.write(labelled, labelled());
            String fit = "run.dir=" + directory.resolve("fit").toUri();
            String dataset = "data.dataset=" + directory.resolve("dataset").toUri();
            String run = "run.dir=" + directory.resolve("run").toUri();
            for (List<String> words : List.of(
                    List.of("prepare", input, dataset, "data.clean.duplicates=near", "data.validation-fraction=0.5"),
                    List.of(
                            "train",
                            dataset,
                            run,
                            "model.d-model=8",
                            "model.n-layer=1",
                            "model.l-max=64",
                            "train.workers=1",
                            "train.rounds=1",
                            "train.local-steps=1",
                            "train.batch-size=1"),
                    List.of("generate", run, "generate.tokens=8"),
                    List.of(
                            "score",
                            run,
                            input,
                            "score.output=" + directory.resolve("scores").toUri()),
                    List.of(
                            "fit",
                            "data.input=" + labelled.toUri(),
                            "fit.label-field=label",
                            fit,
                            "fit.folds=0",
                            "fit.models=1",
                            "fit.epochs=1",
                            "model.d-model=8",
                            "model.n-layer=1"),
                    List.of(
                            "predict",
                            fit,
                            input,
                            "predict.output=" + directory.resolve("predictions").toUri()))) {
                if (Main.run(words, console) != 0) {
                    throw new IOException(words.get(0) + " does not run");
                }
            }
        });
    }

    /** Texts of two classes, as lines of JSON. */
    static List<String> labelled() {
        return IntStream.range(0, 40)
                .mapToObj(number -> Json.line(
                        Json.object().put("text", TEXT + number).put("label", number % 2 == 0 ? "even" : "odd")))
                .toList();
    }
}
