package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels are learned from the parameters of a run, with the tokenizer of that run. */
@Tag("process")
final class FitPretrainedIT {
    private static final String LOCAL = "local[2]";

    @TempDir
    Path directory;

    private Path input;
    private Path tokenizer;
    private Path pretrained;

    /** A run with a tokenizer of its own. */
    @BeforeEach
    void pretrain() throws IOException {
        List<String> lines = IntStream.range(0, 40)
                .mapToObj(i -> Json.line(Json.object()
                        .put("text", "alpha beta ".repeat(1 + i % 3) + i)
                        .put("label", i % 3 == 0 ? "once" : "often")))
                .toList();
        input = Files.write(directory.resolve("labelled.jsonl"), lines);
        tokenizer = directory.resolve("tokenizer");
        pretrained = directory.resolve("pretrained");
        done("train-tokenizer", "data.input=" + input, "tokenizer.output=" + tokenizer, "tokenizer.vocab=270");
        String dataset = "data.dataset=" + directory.resolve("dataset");
        done("prepare", "data.input=" + input, dataset, "data.tokenizer=" + tokenizer);
        done(
                "train",
                dataset,
                "run.dir=" + pretrained,
                "model.d-model=16",
                "model.n-layer=2",
                "model.l-max=16",
                "train.rounds=2",
                "train.local-steps=2",
                "train.warmup-steps=2");
    }

    private static JsonNode done(String... arguments) throws IOException {
        return SmallRun.bare(LOCAL, List.of(arguments)).json();
    }

    private String[] fit(String run, String... settings) {
        List<String> arguments = new ArrayList<>(List.of(
                "fit",
                "data.input=" + input,
                "fit.pretrained=" + pretrained,
                "run.dir=" + directory.resolve(run),
                "train.batch-size=8",
                "train.local-steps=2",
                "fit.folds=2",
                "fit.models=1",
                "fit.epochs=2"));
        arguments.addAll(Arrays.asList(settings));
        return arguments.toArray(String[]::new);
    }

    @Test
    void aPretrainedModelIsTheBeginning() throws IOException {
        assertThat(SmallRun.bare(LOCAL, List.of(fit("large", "train.batch-size=10000000")))
                        .messages())
                .contains("or take a smaller fit.max-length (maxLength of a stage), train.batch-size or fit.models");
        JsonNode result = done(fit("run", "fit.trained-layers=1"));
        assertThat(result.at("/auroc/mean").asDouble()).isBetween(0.0, 1.0);
        JsonNode settings = Json.parse("fit.json", Files.readAllBytes(directory.resolve("run/fit.json")));
        assertThat(settings.at("/model/n-layer").asInt()).isEqualTo(2);
        assertThat(settings.at("/model/l-max").asInt()).isEqualTo(16);
    }

    /** The second model is trained after the run and the tokenizer's file have gone. */
    @Test
    void aLaterModelBeginsLikeTheFirstWhateverHasBecomeOfTheRun() throws IOException {
        done(fit("whole"));
        Path stopped = directory.resolve("stopped");
        copy(directory.resolve("whole"), stopped);
        for (String later : List.of("result.json", "predictions.jsonl", "report.html", "model")) {
            delete(stopped.resolve(later));
        }
        delete(stopped.resolve("training/fold-2-model-1"));
        delete(pretrained);
        delete(tokenizer);
        done("fit", "run.dir=" + stopped);
        assertThat(stopped.resolve("predictions.jsonl"))
                .hasSameTextualContentAs(directory.resolve("whole/predictions.jsonl"));
        assertThat(stopped.resolve("model/fold-2-model-1.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("whole/model/fold-2-model-1.safetensors"));
    }

    /** No parameter has the length in its shape, yet the filters would be others. */
    @Test
    void anotherModelIsRefused() {
        Outcome outcome = SmallRun.bare(LOCAL, List.of(fit("run", "model.l-max=32", "model.activation=relu")));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains("hyena fit: the model in " + pretrained
                        + " is another: model.activation was \"id\" and is \"relu\";"
                        + " model.l-max was 16 and is 32. Leave these settings out");
    }

    @Test
    void anotherTokenizerIsRefused() {
        Outcome outcome = SmallRun.bare(LOCAL, List.of(fit("run", "data.tokenizer=bytes")));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains("hyena fit: data.tokenizer: found bytes")
                .contains("expected the tokenizer of " + pretrained);
        assertThat(directory.resolve("run/documents.json"))
                .as("no model has begun, so this can be mended in place")
                .doesNotExist();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
