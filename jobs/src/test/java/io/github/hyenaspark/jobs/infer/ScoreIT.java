package io.github.hyenaspark.jobs.infer;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.Pooling;
import io.github.hyenaspark.jobs.spark.Scoring;
import io.github.hyenaspark.jobs.spark.ScoringExample;
import io.github.hyenaspark.jobs.testing.DisturbedRun;
import io.github.hyenaspark.jobs.testing.Forged;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.jobs.testing.TellingFileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("process")
class ScoreIT {
    private static final int DOCUMENTS = 1000;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static Path corpus = Path.of("");
    private static Path run = Path.of("");
    private static Path named = Path.of("");

    @BeforeAll
    static void trainOnce() throws IOException {
        corpus = Files.createDirectory(shared.resolve("corpus")).resolve("documents.jsonl");
        var lines = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            int words = i % 100 == 0 ? 200 : 3 + i % 40;
            lines.append(Json.line(Json.object().put("name", "n" + i).put("text", text(i, words))))
                    .append('\n');
        }
        Files.writeString(corpus, lines);
        String dataset = shared.resolve("dataset").toString();
        String[] data = {
            "data.input=" + corpus,
            "data.dataset=" + dataset,
            "data.validation-documents=[]",
            "data.validation-fraction=0.3",
            "data.clean.duplicates=keep"
        };
        assertThat(hyena("local[2]", "prepare", data).json().get("documents").intValue())
                .isEqualTo(DOCUMENTS);
        run = shared.resolve("run");
        hyena("local[2]", "train", "data.dataset=" + dataset, "run.dir=" + run, "model.l-max=256", "train.rounds=3")
                .json();
        named = shared.resolve("named");
        score("local[2]", corpus, named, "data.source.id-field=name", "score.per-token=true")
                .json();
    }

    private static String text(int number, int words) {
        String[] known = {"alpha", "beta", "gamma", "delta", "ε"};
        var text = new StringBuilder();
        for (int word = 0; word < words; word++) {
            text.append(known[(word * (number + 1) + word / 7 + number) % known.length])
                    .append(' ');
        }
        return text.append(number).toString();
    }

    private static Outcome score(String master, Object input, Path output, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("score", "run.dir=" + run, "data.input=" + input, "score.output=" + output));
        arguments.addAll(List.of(more));
        return SmallRun.bare(master, arguments);
    }

    private static JsonNode evaluate(String split) throws IOException {
        return SmallRun.bare("local[2]", List.of("evaluate", "run.dir=" + run, "evaluate.split=" + split))
                .json();
    }

    private static Map<String, JsonNode> evaluated(JsonNode... results) throws IOException {
        Map<String, JsonNode> byId = new HashMap<>();
        for (JsonNode result : results) {
            for (String line :
                    Files.readAllLines(Path.of(result.get("by_document").textValue()))) {
                JsonNode document = Json.parse("a document", line.getBytes(StandardCharsets.UTF_8));
                byId.put(document.get("id").textValue(), document);
            }
        }
        return byId;
    }

    /** A session with these settings instead of ours. */
    private static SparkSession session(String master, String... settings) {
        SparkSession.Builder builder = SparkSession.builder().master(master).appName("an application");
        SmallRun.SPARK.forEach(builder::config);
        for (int i = 0; i < settings.length; i += 2) {
            builder.config(settings[i], settings[i + 1]);
        }
        return builder.getOrCreate();
    }

    @Test
    void theScoresOfAThousandDocumentsAreThoseOfEvaluate() throws IOException {
        JsonNode train = evaluate("train");
        JsonNode validation = evaluate("validation");
        Path output = directory.resolve("scores");
        Outcome outcome = score("local[2]", corpus, output, "score.overlap=0");
        assertThat(outcome.messages())
                .containsPattern("score: (\\d+) of \\1 units, .* left, " + DOCUMENTS + " documents");
        JsonNode scored = outcome.json();
        double nats = train.get("nats").doubleValue() + validation.get("nats").doubleValue();
        assertThat(scored.get("nats").doubleValue()).isCloseTo(nats, within(1e-6 * nats));
        assertThat(scored.get("tokens").longValue())
                .isEqualTo(train.get("tokens").longValue()
                        + validation.get("tokens").longValue());
        assertThat(scored.get("documents").intValue()).isEqualTo(DOCUMENTS);
        assertThat(scored.get("failed").intValue()).isZero();

        Map<String, JsonNode> evaluated = evaluated(train, validation);
        try (SparkSession session = session("local[2]")) {
            Dataset<Row> rows = session.sql("select id, tokens, nats, bits_per_byte, bytes, position from parquet.`"
                    + output + "` order by position");
            List<Row> scores = rows.collectAsList();
            assertThat(scores).hasSize(DOCUMENTS);
            for (Row row : scores) {
                JsonNode document = Objects.requireNonNull(evaluated.get(row.getString(0)));
                double expected = document.get("nats").doubleValue();
                assertThat(row.getLong(1)).isEqualTo(document.get("tokens").longValue());
                assertThat(row.getDouble(2)).isCloseTo(expected, within(1e-6 * expected));
                assertThat(row.getDouble(3))
                        .isCloseTo(document.get("bits_per_byte").doubleValue(), within(1e-5));
                assertThat(row.getLong(4)).isEqualTo(document.get("bytes").longValue());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "org.apache.spark.serializer.JavaSerializer, false",
        "org.apache.spark.serializer.KryoSerializer, false",
        "org.apache.spark.serializer.KryoSerializer, true"
    })
    void anApplicationScoresUnderItsOwnSerializer(String serializer, String registrationRequired) throws IOException {
        try (SparkSession session = session(
                "local[2]",
                "spark.serializer",
                serializer,
                "spark.kryo.registrationRequired",
                registrationRequired,
                "spark.kryo.registrator",
                "")) {
            Dataset<Row> documents = session.read().json(corpus.toString()).repartition(3);
            Dataset<Row> scores =
                    Scoring.open(session, run.toString()).perToken().score(documents, "name", "text");
            assertThat(scores.columns())
                    .containsExactly(
                            "name", "tokens", "nats", "loss", "bytes", "bits_per_byte", "token_losses", "error");
            Dataset<Row> files = session.read()
                    .schema("id string, nats double, token_losses array<float>")
                    .parquet(named.toString());
            Dataset<Row> same = scores.join(files, scores.col("name").equalTo(files.col("id")))
                    .filter(scores.col("nats").equalTo(files.col("nats")))
                    .filter(scores.col("token_losses").equalTo(files.col("token_losses")));
            assertThat(same.count())
                    .as("to the last bit, whatever the partitions")
                    .isEqualTo(DOCUMENTS);
        }
    }

    @Test
    void theOddestDocumentsAreFoundInAnApplication() throws IOException {
        try (SparkSession session = session("local[2]")) {
            Dataset<Row> documents = session.sql("select 'known' as id, 'alpha beta gamma alpha beta' as text union all"
                    + " select 'odd', 'XQZJ WVKH QZXJ' union all select 'none', null");
            List<Row> oddest = ScoringExample.oddest(session, run.toString(), documents)
                    .select("id")
                    .collectAsList();
            assertThat(oddest).extracting(row -> row.getString(0)).containsExactly("odd", "known");
            Scoring scoring = Scoring.open(session, run.toString());
            assertThatThrownBy(() -> scoring.overlap(256)).hasMessageContaining("found 256, expected 0 to 255");
        }
    }

    @Test
    void filesAndRowsHaveTheSameVectors() throws IOException {
        Path output = directory.resolve("vectors");
        String[] embed = {
            "embed",
            "run.dir=" + run,
            "data.input=" + corpus,
            "embed.output=" + output,
            "embed.pooling=mean",
            "data.source.id-field=name"
        };
        JsonNode result = SmallRun.bare("local[2]", List.of(embed)).json();
        assertThat(result.get("documents").intValue()).isEqualTo(DOCUMENTS);
        assertThat(result.get("width").intValue()).isEqualTo(16);
        try (SparkSession session = session("local[2]")) {
            Dataset<Row> files = session.read().parquet(output.toString());
            Dataset<Row> documents = session.read().json(corpus.toString()).repartition(3);
            Scoring scoring = Scoring.open(session, run.toString());
            Dataset<Row> rows = scoring.embed(documents, "name", "text", new Pooling.Mean());
            Dataset<Row> same = rows.join(files, rows.col("name").equalTo(files.col("id")))
                    .filter(rows.col("vector").equalTo(files.col("vector")));
            assertThat(same.count()).isEqualTo(DOCUMENTS);
            Dataset<Row> some =
                    scoring.embed(documents.limit(1), "name", "text", new Pooling.Positions(new long[] {0, 100_000}));
            Row first = some.selectExpr("size(vectors)", "size(vectors[0])", "vectors[1] is null")
                    .first();
            assertThat(first.getInt(0)).isEqualTo(2);
            assertThat(first.getInt(1)).isEqualTo(16);
            assertThat(first.getBoolean(2)).isTrue();
        }
    }

    @Test
    void whatCannotBeReadHasARowWithTheReason() throws IOException {
        Path input = directory.resolve("broken.jsonl");
        Files.writeString(input, "{\"text\": \"alpha beta\"}\n{\"text\": \n{\"text\": \"gamma\"}\n");
        Path output = directory.resolve("scores");
        JsonNode result = score("local[1]", input, output).json();
        assertThat(result.get("documents").intValue()).isEqualTo(3);
        assertThat(result.get("failed").intValue()).isEqualTo(1);
        assertThat(result.get("tokens").intValue()).isEqualTo("alpha beta".length() + "gamma".length());
        try (SparkSession session = session("local[1]")) {
            List<Row> rows = session.read()
                    .parquet(output.toString())
                    .filter("error is not null")
                    .collectAsList();
            assertThat(rows).singleElement().satisfies(row -> {
                assertThat(row.<String>getAs("path")).isEqualTo("broken.jsonl");
                assertThat(row.<Object>getAs("nats")).isNull();
                assertThat(row.<String>getAs("error")).contains("an object or an array, but the line ends");
            });
        }
    }

    @Test
    void aSecondScoreDoesNothingAndOneThatWasKilledBeginsAgain() throws IOException {
        Path output = directory.resolve("scores");
        JsonNode first = score("local[2]", corpus, output).json();
        JsonNode second = score("none", corpus, output).json();
        assertThat(second.get("outcome").textValue()).isEqualTo("unchanged");
        assertThat(second.get("nats")).isEqualTo(first.get("nats"));

        Files.writeString(output.resolve("_hyena.json"), "{\"asked\": \"of a score that was killed\"}");
        Files.delete(output.resolve("_SUCCESS"));
        JsonNode third = score("local[2]", corpus, output).json();
        assertThat(third.get("outcome").textValue()).isEqualTo("created");
        try (SparkSession session = session("local[2]")) {
            assertThat(session.read().parquet(output.toString()).count()).isEqualTo(DOCUMENTS);
        }
    }

    /** In the middle of Spark's commit, before its mark, and while the next one removes what is left. */
    @Test
    void aScoreThatDiesAmongItsFilesBeginsAgain() throws Exception {
        Path output = directory.resolve("scores");
        String scheme = TellingFileSystem.SCHEME;
        HyenaProcess process = HyenaProcess.on("local[2]")
                .withHadoop(Map.of("fs." + scheme + ".impl", TellingFileSystem.class.getName()));
        Path input = Files.createDirectory(directory.resolve("input"));
        for (int file = 0; file < 4; file++) { // each a task
            Files.writeString(input.resolve(file + ".txt"), text(file, 3500));
        }
        String[] score = {
            "score", "run.dir=" + run, "data.input=file:" + input, "score.output=" + scheme + "://" + output
        };
        List<NamedPoint> deaths = List.of(
                NamedPoint.killing("^renames .*/scores/part-[^/]*$", directory.resolve("commit"))
                        .atMatch(3),
                NamedPoint.killing("^deletes .*/part-", directory.resolve("removal"))
                        .atMatch(2),
                NamedPoint.killing("^deletes .*/_temporary$", directory.resolve("mark"))
                        .atMatch(2));
        for (NamedPoint death : deaths) {
            Outcome killed = process.withDriverAt(death).run(directory, score);
            assertThat(killed.code()).as("%s: %s", death, killed.messages()).isEqualTo(HyenaProcess.KILLED);
            assertThat(output.resolve("_hyena.json")).as(death.message()).exists();
        }
        JsonNode result = process.run(directory, score).json();
        assertThat(result.get("outcome").textValue()).isEqualTo("created");
        assertThat(result.get("documents").intValue()).isEqualTo(4);
        try (SparkSession session = session("local[2]")) {
            assertThat(session.read().parquet(output.toString()).count()).isEqualTo(4);
        }
    }

    @Test
    void aModelThatDoesNotFitIsRefused() throws IOException {
        var large = new DisturbedRun(new PreparePlace("disk", Map.of(), directory.toString()), "large");
        hyena("local[1]", "train", "data.dataset=" + shared.resolve("dataset"), "run.dir=" + large.uri())
                .json();
        Forged.save(
                large,
                checkpoint -> Forged.withSettings(
                        checkpoint, checkpoint.settings().replace("\"batch-size\":2,", "\"batch-size\":200000000,")));
        for (String command : List.of("score", "embed")) {
            Outcome outcome = SmallRun.bare(
                    "local[1]",
                    List.of(
                            command,
                            "run.dir=" + large.uri(),
                            "data.input=" + corpus,
                            command + ".output=" + directory.resolve(command)));
            assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
            assertThat(outcome.messages())
                    .startsWith("hyena " + command + ": " + command + " needs ")
                    .contains("MiB of the memory of this machine, found", "fewer tasks at once");
            assertThat(directory.resolve(command)).doesNotExist();
        }
    }

    @Test
    void columnsOfTheInputAreCarriedAndTheOddestDocumentsPrinted() throws IOException {
        Path input = directory.resolve("three.jsonl");
        Files.writeString(input, """
                {"text": "alpha beta gamma", "language": "greek"}
                {"text": "XQZJ WVKH", "language": "none"}
                {"text": "alpha beta delta"}
                """);
        Path output = directory.resolve("scores");
        String columns = "data.source.columns=[language]";
        List<String> printed = score("local[1]", input, output, columns, "score.top=2")
                .results()
                .lines()
                .toList();
        assertThat(printed).hasSize(3);
        JsonNode oddest = Json.parse("the oddest", printed.get(0).getBytes(StandardCharsets.UTF_8));
        assertThat(oddest.get("language").textValue()).isEqualTo("none");
        assertThat(oddest.get("path").textValue()).isEqualTo("three.jsonl");
        assertThat(score("local[1]", input, output, columns, "score.top=2")
                        .results()
                        .lines()
                        .limit(2))
                .containsExactlyElementsOf(printed.subList(0, 2));
        try (SparkSession session = session("local[1]")) {
            List<Row> rows = session.read()
                    .parquet(output.toString())
                    .orderBy("position")
                    .collectAsList();
            assertThat(rows).extracting(row -> row.<String>getAs("language")).containsExactly("greek", "none", null);
        }
        assertThat(score("none", input, directory.resolve("more"), "data.source.columns=[Loss]")
                        .messages())
                .contains("data.source.columns: found Loss, expected other names than those of the results");
    }

    @Test
    void anOutputThatIsInUseIsRefused() throws IOException {
        Path output = Files.createDirectory(directory.resolve("scores"));
        Files.createDirectories(output.resolve("_temporary/0"));
        Files.writeString(output.resolve("_temporary/0/part-0"), "left by a run that was killed");
        assertThat(score("local[1]", corpus, output).code()).isZero();
        Path used = Files.createDirectory(directory.resolve("used"));
        Files.writeString(used.resolve("part-0.parquet"), "of somebody else");
        Outcome refused = score("none", corpus, used);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.messages()).contains("score.output: there are files in " + used + " already");
        Outcome other = score("none", corpus, output, "score.overlap=1");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.messages()).contains(output + " has the results of other documents, another model or other");
        assertThat(score("none", corpus, output, "score.output=").messages())
                .contains("score.output: found nothing, expected a directory");
    }
}
