package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels are learned from documents in files, measured honestly, and predicted for others. */
final class FitIT {
    private static final String LOCAL = "local[2]";
    private static final int DOCUMENTS = 240;
    private static final String MOTIF = "TATAAT";

    @TempDir
    Path directory;

    /** Random bases; those labelled yes have a motif somewhere, the others have none. */
    private Path motifs() throws IOException {
        Random random = new Random(4);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            boolean yes = i % 2 == 0;
            String bases = bases(random, 30 + random.nextInt(6)).replace(MOTIF, "CCCCCC");
            int at = random.nextInt(20);
            String sequence = yes ? bases.substring(0, at) + MOTIF + bases.substring(at + MOTIF.length()) : bases;
            double gc = sequence.chars().filter(c -> c == 'G' || c == 'C').count() / (double) sequence.length();
            lines.add(Json.line(Json.object()
                    .put("name", "n" + i)
                    .put("text", sequence)
                    .put("label", yes ? "yes" : "no")
                    .put("gc", gc)
                    .put("motif", yes)
                    .put("rich", gc > 0.5)));
        }
        return Files.write(directory.resolve("motifs.jsonl"), lines);
    }

    private static String bases(Random random, int count) {
        return random.ints(count, 0, 4)
                .mapToObj("ACGT"::charAt)
                .map(String::valueOf)
                .collect(Collectors.joining());
    }

    private List<String> fit(Path input, String run, String... settings) {
        List<String> arguments = new ArrayList<>(List.of(
                "fit",
                "data.input=" + input,
                "data.tokenizer=dna",
                "data.source.id-field=name",
                "run.dir=" + directory.resolve(run),
                "model.d-model=16",
                "model.n-layer=1",
                "model.mixer=hyena-se",
                "train.batch-size=8",
                "train.local-steps=4",
                "fit.folds=2",
                "fit.models=1",
                "fit.epochs=24"));
        arguments.addAll(Arrays.asList(settings));
        return arguments;
    }

    private JsonNode done(List<String> arguments) throws IOException {
        return SmallRun.bare(LOCAL, arguments).json();
    }

    /** What is found before the first model begins can be mended in the same directory. */
    @Test
    void mistakesInDocumentsAndSettingsAreMendedInPlace() throws IOException {
        Path input = motifs();
        List<String> lines = Files.readAllLines(input);
        Outcome outcome = SmallRun.bare(LOCAL, fit(input, "run", "fit.epochs=1", "fit.label-field=lable"));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages()).contains("fit.label-field: found lable, expected a field that the first");
        assertThat(directory.resolve("run/data/train"))
                .as("nothing is prepared before")
                .doesNotExist();

        outcome = SmallRun.bare(LOCAL, fit(input, "run", "fit.epochs=1", "fit.label-field=name"));
        assertThat(outcome.code()).as("a class for each document").isEqualTo(2);
        assertThat(directory.resolve("run/data/snapshots")).as("found late").exists();

        List<String> without = new ArrayList<>(lines);
        without.set(7, lines.get(7).replace("\"label\"", "\"nothing\""));
        Files.write(input, without);
        List<String> mended = fit(input, "run", "fit.epochs=1"); // the name is its default again
        outcome = SmallRun.bare(LOCAL, mended);
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages())
                .containsPattern(
                        "fit.label-field: the document that begins at \\d+ .* in motifs.jsonl has no label; give");

        Files.write(input, lines);
        JsonNode result = done(mended);
        Path run = directory.resolve("run");
        Files.delete(input);
        Files.delete(run.resolve("result.json"));
        Path settings = run.resolve("fit.json"); // of a version that did not have all of today's
        ObjectNode older = (ObjectNode) Json.parse("fit.json", Files.readAllBytes(settings));
        assertThat(((ObjectNode) older.get("run")).remove("patience")).isNotNull();
        Files.write(settings, Json.bytes(older));
        JsonNode again = done(List.of("fit", "run.dir=" + run));
        assertThat(again.get("mcc")).as("of the documents it was begun with").isEqualTo(result.get("mcc"));
    }

    @Test
    @Tag("process")
    void classesAreLearnedMeasuredAndPredicted() throws IOException {
        Path input = motifs();
        JsonNode result = done(fit(input, "run"));
        assertThat(result.get("task").asText()).isEqualTo("classification");
        assertThat(result.get("classes")).hasToString("[\"no\",\"yes\"]");
        assertThat(result.at("/accuracy/mean").asDouble()).isGreaterThan(0.85);
        for (String metric : List.of("accuracy", "mcc", "auroc", "f1")) {
            assertThat(result.at("/" + metric + "/mean").asDouble()).as(metric).isBetween(0.5, 1.0);
            assertThat(result.at("/" + metric + "/sd").isNumber()).as(metric).isTrue();
        }
        assertThat(result.get("epochs").asDouble()).isBetween(23.0, 25.0);
        assertThat(result.get("seconds").asDouble()).isPositive();
        assertThat(result.get("cpu_seconds").asDouble()).isPositive();
        Path run = directory.resolve("run");
        assertThat(Files.readString(run.resolve("report.html")))
                .contains("Learning curves", "Predicted and found", "Receiver operating", "Calibration");
        List<String> predictions = Files.readAllLines(run.resolve("predictions.jsonl"));
        assertThat(predictions).hasSize(DOCUMENTS).anyMatch(line -> line.contains("\"id\":\"n17\""));

        JsonNode again = done(List.of("fit", "run.dir=" + run));
        assertThat(again.get("outcome").asText()).isEqualTo("unchanged");
        assertThat(again.get("mcc")).isEqualTo(result.get("mcc"));
        Outcome other = SmallRun.bare(LOCAL, List.of("fit", "run.dir=" + run, "fit.epochs=3"));
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.messages()).contains("fit.epochs was 24 and is 3");

        JsonNode inspected = done(List.of("inspect", run.toString(), "--json"));
        assertThat(inspected.at("/metrics/1/metric").asText()).isEqualTo("mcc");
        assertThat(inspected.at("/metrics/1/mean")).isEqualTo(result.at("/mcc/mean"));
        assertThat(inspected.get("models_done").asInt()).isEqualTo(2);
        assertThat(inspected.get("runs")).hasSize(2);
        JsonNode verified = done(List.of("verify", run.toString()));
        assertThat(verified.get("checkpoints").asInt()).isEqualTo(2);
        assertThat(verified.get("objects").asInt()).isPositive();
        assertThat(verified.get("model").asBoolean()).isTrue();
        for (JsonNode part : inspected.get("runs")) {
            done(List.of("inspect", part.get("run").asText(), "--json"));
        }

        Path output = directory.resolve("predictions");
        JsonNode predicted = done(List.of(
                "predict",
                "run.dir=" + run,
                "data.input=" + input,
                "data.source.id-field=name",
                "data.source.columns=[label]",
                "predict.output=" + output));
        assertThat(predicted.get("documents").asInt()).isEqualTo(DOCUMENTS);
        List<Row> rows = rows(output);
        assertThat(rows).hasSize(DOCUMENTS);
        long right = rows.stream()
                .filter(row -> row.<String>getAs("predicted").equals(row.getAs("label")))
                .count();
        assertThat(right).isGreaterThan(DOCUMENTS * 85 / 100);
        Row first = rows.get(0);
        List<Row> probabilities = first.getList(first.fieldIndex("probabilities"));
        assertThat(probabilities.stream().mapToDouble(row -> row.getDouble(1)).sum())
                .isCloseTo(1, within(1e-9));
        assertThat(probabilities.stream().map(row -> row.getString(0))).containsExactly("no", "yes");
    }

    private static List<Row> rows(Path output) throws IOException {
        try (SparkSession session = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate()) {
            return session.read().parquet(output.toString()).collectAsList();
        }
    }

    @Test
    @Tag("process")
    void valuesAreLearned() throws IOException {
        JsonNode result = done(fit(
                motifs(),
                "run",
                "fit.label-field=gc",
                "fit.pooling=mean", // the label is a mean itself
                "fit.epochs=40",
                "fit.folds=0",
                "fit.validation-fraction=0.3"));
        assertThat(result.get("task").asText()).isEqualTo("regression");
        assertThat(result.at("/r2/mean").asDouble()).isGreaterThan(0.8);
        assertThat(result.at("/r2/sd").asDouble()).isZero();
        assertThat(result.at("/rmse/mean").asDouble()).isLessThan(0.05);
        assertThat(measured())
                .as("those held out, in the unit of the label")
                .hasSizeBetween(DOCUMENTS * 3 / 10 - 2, DOCUMENTS * 3 / 10 + 2)
                .allSatisfy((line, document) -> {
                    double gc = document.get("gc").asDouble();
                    assertThat(line.at("/labels/gc").asDouble(-1)).isCloseTo(gc, within(1e-9));
                    assertThat(line.at("/outputs/gc").asDouble(-1)).isCloseTo(gc, within(0.3));
                });
        Path output = directory.resolve("values");
        Path model = Files.move(directory.resolve("run/model"), directory.resolve("alone"));
        done(List.of(
                "predict",
                "run.dir=" + model,
                "data.input=" + directory.resolve("motifs.jsonl"),
                "predict.output=" + output));
        assertThat(rows(output))
                .allSatisfy(row -> assertThat(row.<Double>getAs("value")).isBetween(-0.3, 1.3));
    }

    @Test
    @Tag("process")
    void tagsAreLearned() throws IOException {
        JsonNode result = done(fit(motifs(), "run", "fit.label-field=[rich,motif]", "fit.task=tagging"));
        assertThat(result.get("task").asText()).isEqualTo("tagging");
        assertThat(result.at("/auroc/mean").asDouble()).isGreaterThan(0.75);
        assertThat(measured()).hasSize(DOCUMENTS).allSatisfy((line, document) -> {
            for (String tag : List.of("rich", "motif")) {
                double found = document.get(tag).asBoolean() ? 1 : 0;
                assertThat(line.at("/labels/" + tag).asDouble(-1)).isEqualTo(found);
                assertThat(line.at("/outputs/" + tag).asDouble(-1)).isBetween(0.0, 1.0);
            }
        });
    }

    /** The lines of what a fitting measured, each with the line of its document. */
    private Map<JsonNode, JsonNode> measured() throws IOException {
        Map<String, JsonNode> documents = new HashMap<>();
        for (JsonNode document : SmallRun.lines(directory.resolve("motifs.jsonl"))) {
            documents.put(document.get("name").asText(), document);
        }
        Map<JsonNode, JsonNode> measured = new LinkedHashMap<>();
        for (JsonNode line : SmallRun.lines(directory.resolve("run/predictions.jsonl"))) {
            measured.put(line, documents.get(line.get("id").asText()));
        }
        return measured;
    }

    /** They are the same for both models, whose mean is measured, once. */
    @Test
    @Tag("process")
    void documentsHeldOutByTheirFieldAreMeasuredOnce() throws IOException {
        Path input = motifs();
        JsonNode result = done(fit(
                input,
                "run",
                "fit.epochs=1",
                "fit.folds=0",
                "fit.models=2",
                "fit.held-out-field=rich",
                "fit.label-field=gc"));
        Map<JsonNode, JsonNode> measured = measured();
        long rich = SmallRun.lines(input).stream()
                .filter(line -> line.get("rich").asBoolean())
                .count();
        assertThat(measured).hasSize((int) rich);
        assertThat(measured.values())
                .doesNotHaveDuplicates()
                .allMatch(line -> line.get("rich").asBoolean());
        assertThat(result.at("/r2/sd").asDouble(-1)).isZero();
    }

    /** Small letters mask repeats; a model reads them as capital ones, and reads both strands. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("process")
    void sequencesInSmallLettersAndOtherStrandsStayWithTheirTwins(boolean strands) throws IOException {
        Path input = motifs();
        List<String> lines = new ArrayList<>();
        for (JsonNode line : SmallRun.lines(input)) {
            lines.add(Json.line(line));
            String text = line.get("text").asText();
            lines.add(Json.line(((ObjectNode) line.deepCopy())
                    .put("text", strands ? otherStrand(text) : text.toLowerCase(Locale.ROOT))
                    .put("name", line.get("name").asText() + "s")));
        }
        Files.write(input, lines);
        done(fit(input, "run", "fit.epochs=1"));
        Map<String, Integer> folds = new HashMap<>();
        measured()
                .keySet()
                .forEach(line ->
                        folds.put(line.get("id").asText(), line.get("fold").asInt()));
        assertThat(folds).hasSize(2 * DOCUMENTS);
        assertThat(folds.values()).contains(1, 2);
        folds.forEach(
                (id, fold) -> assertThat(folds.getOrDefault(id + "s", fold)).isEqualTo(fold));
    }

    private static String otherStrand(String bases) {
        return new StringBuilder(bases)
                .reverse()
                .chars()
                .mapToObj(base -> String.valueOf("TGCA".charAt("ACGT".indexOf(base))))
                .collect(Collectors.joining());
    }

    @Test
    @Tag("process")
    void someDocumentsMayBeBad() throws IOException {
        Path input = motifs();
        List<String> lines = new ArrayList<>(Files.readAllLines(input));
        lines.set(5, "{\"name\":");
        Files.write(input, lines);
        Outcome refused = SmallRun.bare(LOCAL, fit(input, "run", "fit.epochs=1"));
        assertThat(refused.code()).as(refused.messages()).isEqualTo(3);
        assertThat(refused.messages()).contains("data.max-bad-fraction");
        JsonNode result = done(fit(input, "run", "fit.epochs=1", "data.max-bad-fraction=0.01"));
        assertThat(result.get("documents").asInt()).isEqualTo(DOCUMENTS - 1);
    }

    /** Labels that the documents do not tell cannot be predicted, whatever is tried: nothing of a test leaks. */
    @Test
    @Tag("endurance")
    void randomLabelsAreNotLearned() throws IOException {
        Random random = new Random(8);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            String text = i % 4 == 0 && i > 0 ? textOf(lines.get(i - 1)) : bases(random, 24); // with equal documents
            lines.add(Json.line(
                    Json.object().put("name", "n" + i).put("text", text).put("label", random.nextInt(2))));
        }
        Path input = Files.write(directory.resolve("random.jsonl"), lines);
        JsonNode result = done(fit(input, "run", "fit.folds=5", "fit.epochs=3", "fit.models=1"));
        assertThat(Math.abs(result.at("/mcc/mean").asDouble())).isLessThan(0.1);
    }

    private static String textOf(String line) throws IOException {
        return Json.parse("a line", line.getBytes(StandardCharsets.UTF_8))
                .get("text")
                .asText();
    }

    /** A driver or an executor dies in the middle; what is predicted afterwards is the same to the bit. */
    @Test
    @Tag("process")
    void deathsLeaveNoTrace() throws Exception {
        Path input = motifs();
        done(fit(input, "undisturbed", "checkpoint.every-rounds=2", "fit.epochs=4"));
        String undisturbed = Files.readString(directory.resolve("undisturbed/predictions.jsonl"));
        assertThat(predictionsAfterDeath(input, "driver", "^round 4 is averaged"))
                .isEqualTo(undisturbed);
        assertThat(predictionsAfterDeath(input, "executor", "^worker 1 has trained"))
                .isEqualTo(undisturbed);
    }

    private String predictionsAfterDeath(Path input, String who, String message) throws Exception {
        NamedPoint point =
                NamedPoint.killing(message, directory.resolve(who + "-death")).atMatch(2);
        String[] arguments =
                fit(input, who, "checkpoint.every-rounds=2", "fit.epochs=4").toArray(String[]::new);
        boolean driver = who.equals("driver");
        HyenaProcess process = HyenaProcess.on(driver ? LOCAL : "local-cluster[2,1,512]");
        Outcome first =
                (driver ? process.withDriverAt(point) : process.withExecutorsAt(point)).run(directory, arguments);
        assertThat(first.code()).as(first.messages()).isEqualTo(driver ? HyenaProcess.KILLED : 0);
        assertThat(point.reached()).isPositive();
        if (driver) {
            Outcome second = HyenaProcess.on(LOCAL).run(directory, "fit", "run.dir=" + directory.resolve(who));
            assertThat(second.code()).as(second.messages()).isZero();
        }
        return Files.readString(directory.resolve(who + "/predictions.jsonl"));
    }

    @Test
    void settingsThatNoModelTakesMayBeMendedSinceNothingHasBegun() throws IOException {
        Path input = motifs();
        for (String wrong : List.of("checkpoint.every-rounds=0", "checkpoint.keep=0", "data.split-by=nobody")) {
            String[] more = wrong.endsWith("nobody")
                    ? new String[] {wrong, "data.source.columns=[nobody]"}
                    : new String[] {wrong};
            Outcome outcome = SmallRun.bare(LOCAL, fit(input, "run", more));
            assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
            assertThat(outcome.messages()).contains(wrong.replaceFirst("=.*", ""));
            assertThat(directory.resolve("run/documents.json")).doesNotExist();
        }
    }

    @Test
    void testsMayBeNamedByTheirIds() throws IOException {
        String[] settings = {
            "data.source.id-field=name", "data.validation-documents=[n3,n5]", "fit.folds=0", "checkpoint.keep=0"
        };
        Outcome outcome = SmallRun.bare(LOCAL, fit(motifs(), "run", settings));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages())
                .as("the next mistake")
                .contains("checkpoint.keep")
                .doesNotContain("no document");
    }

    /** One of them would fit many times. */
    @Test
    void modelsThatTheDriverCannotHoldTogetherAreRefusedBeforeTheFirst() throws IOException {
        Outcome outcome = SmallRun.bare(LOCAL, fit(motifs(), "run", "fit.models=1000", "model.d-model=256"));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages()).containsPattern("the training needs [0-9,]+ MiB of the heap of the driver");
        assertThat(directory.resolve("run/training")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "fit.label-field=colour, fit.label-field: found colour",
        "fit.folds=1, at least 2",
        "data.input=, data.input",
        "fit.readings=sideways, fit.readings",
        "train.rounds=7, fit.epochs decides",
        "run.dry-run=true, run.dry-run: found true",
        "data.dry-run=true, data.dry-run: found true",
        "run.stop-after-rounds=1, run.stop-after-rounds: found 1",
        "run.checkpoint=5, run.checkpoint: found 5",
        "run.checkpoint=average, 'run.checkpoint: found average, expected newest or best, or with it checkpoint.keep=N'",
        "data.validation-documents=[elsewhere.jsonl], 'found [elsewhere.jsonl], which no document has'",
        "train.batch-size=10000000, 'take a smaller fit.max-length (maxLength of a stage), model.d-model, train.batch'",
        "fit.models=1000000000, 'fit.models: found 1000000000, expected 1 to 1000'"
    })
    void mistakesAreToldInOneSentence(String setting, String expected) throws IOException {
        Outcome outcome = SmallRun.bare(LOCAL, fit(motifs(), "run", setting));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages().lines().filter(line -> line.startsWith("hyena fit:")))
                .hasSize(1);
        assertThat(outcome.messages()).contains(expected);
    }
}
