package io.github.hyenaspark.jobs.spark;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.session.KryoRegistration;
import io.github.hyenaspark.jobs.spark.task.RunPlugin;
import io.github.hyenaspark.jobs.testing.OtherApplication;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.kernel.KernelChoice.VectorModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scoring in sessions that are not ours alone: an application's own, and one that several jobs share. */
@Tag("process")
class ScoringSessionsIT {
    private static final int DOCUMENTS = 40;
    private static final int TIMES = 3;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static String dataset = "";
    private static Path documents = Path.of("");

    @BeforeAll
    static void trainTwoModels() throws IOException {
        dataset = SmallRun.prepare(shared);
        train(shared.resolve("narrow"), "train.rounds=2");
        train(shared.resolve("wide"), "train.rounds=2", "model.d-model=24");
        documents = shared.resolve("documents.jsonl");
        var lines = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            String text = "alpha beta gamma delta ".repeat(1 + i % 5) + i;
            lines.append(Json.line(Json.object().put("name", "n" + i).put("text", text)))
                    .append('\n');
        }
        Files.writeString(documents, lines);
    }

    private static Outcome train(Path run, String... more) {
        List<String> arguments = new ArrayList<>(List.of("data.dataset=" + dataset, "run.dir=" + run));
        arguments.addAll(List.of(more));
        return hyena("local[2]", "train", arguments.toArray(String[]::new));
    }

    private static SparkSession session(Map<String, String> settings) {
        SparkSession.Builder builder = SparkSession.builder().master("local[3]").appName("shared");
        SmallRun.SPARK.forEach(builder::config);
        settings.forEach(builder::config);
        return builder.getOrCreate();
    }

    private static Map<String, Double> scores(SparkSession session, String run) throws IOException {
        Map<String, Double> nats = new TreeMap<>();
        for (Row row : Scoring.open(session, shared.resolve(run).toString())
                .score(session.read().json(documents.toString()).repartition(4), "name", "text")
                .collectAsList()) {
            nats.put(row.getString(0), row.getAs("nats"));
        }
        assertThat(nats).hasSize(DOCUMENTS);
        return nats;
    }

    /** What an application gets that knows of us only the classes: no plugin, registrator, serializer or module. */
    @Test
    void anApplicationScoresWithNothingOfOursSet() throws Exception {
        assertScoresAlike("local[2]");
    }

    @Test
    void anApplicationScoresOnExecutorsWithNothingOfOursSet() throws Exception {
        assertScoresAlike("local-cluster[1,1,512]");
    }

    private void assertScoresAlike(String master) throws Exception {
        Map<String, Double> expected;
        try (SparkSession session = session(Map.of())) {
            expected = scores(session, "narrow");
        }
        Outcome outcome = OtherApplication.run(
                master,
                directory,
                OtherApplication.class,
                shared.resolve("narrow").toString(),
                documents.toString());
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        List<String> results = outcome.results().lines().toList();
        assertThat(results).hasSize(DOCUMENTS);
        for (String line : results) {
            JsonNode document = Json.parse("a document", line.getBytes(StandardCharsets.UTF_8));
            double nats =
                    Objects.requireNonNull(expected.get(document.get("name").textValue()));
            assertThat(document.get("nats").doubleValue()).isCloseTo(nats, within(1e-5 * nats));
        }
        if (master.startsWith("local[")) { // elsewhere executors say it in a log of their own
            assertThat(outcome.messages().lines().filter(line -> line.contains("WARN") && line.contains("kernel")))
                    .singleElement()
                    .asString()
                    .contains("scalar kernel", VectorModule.FLAG);
        }
    }

    @Test
    void twoScoringsAndATrainingAtOnceGiveWhatEachGivesAlone() throws Exception {
        Map<String, String> ours = Map.of(
                "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
                "spark.kryo.registrator", KryoRegistration.class.getName(),
                "spark.plugins", RunPlugin.class.getName());
        String[] training = {"train.down-codec=int8", "train.rounds=3"};
        String alone = train(directory.resolve("alone"), training).theta();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (SparkSession session = session(ours)) {
            Map<String, Double> narrow = scores(session, "narrow");
            Map<String, Double> wide = scores(session, "wide");
            assertThat(narrow).isNotEqualTo(wide);
            Future<String> trained = threads.submit(
                    () -> train(directory.resolve("beside"), training).theta());
            Future<List<Map<String, Double>>> first = threads.submit(repeated(session, "narrow"));
            Future<List<Map<String, Double>>> second = threads.submit(repeated(session, "wide"));
            assertThat(first.get()).hasSize(TIMES).containsOnly(narrow);
            assertThat(second.get()).hasSize(TIMES).containsOnly(wide);
            assertThat(trained.get()).isEqualTo(alone);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<List<Map<String, Double>>> repeated(SparkSession session, String run) {
        return () -> {
            List<Map<String, Double>> all = new ArrayList<>();
            for (int time = 0; time < TIMES; time++) {
                all.add(scores(session, run));
            }
            return all;
        };
    }
}
