package io.github.hyenaspark.ml;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.Pooling;
import io.github.hyenaspark.jobs.spark.Scoring;
import io.github.hyenaspark.jobs.testing.OtherApplication;
import io.github.hyenaspark.jobs.testing.PipelineApplication;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.kernel.KernelChoice.VectorModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.Metadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transformers on a trained model, in sessions that are an application's own. */
@Tag("process")
class PretrainedStagesIT {
    private static final int DOCUMENTS = 20;

    @TempDir
    static Path shared;

    private static String run = "";
    private static Path documents = Path.of("");
    private static SparkSession session = OtherApplication.session("local[2]");

    @BeforeAll
    static void train() throws IOException {
        run = shared.resolve("run").toString();
        session.stop(); // a command has its own
        hyena("local[2]", "train", "data.dataset=" + SmallRun.prepare(shared), "run.dir=" + run, "train.rounds=2")
                .json();
        documents = shared.resolve("documents.jsonl");
        var lines = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            String text = "alpha beta gamma delta ".repeat(1 + i % 5) + i;
            lines.append(Json.line(Json.object().put("id", i).put("text", text)))
                    .append('\n');
        }
        Files.writeString(documents, lines);
        session = OtherApplication.session("local[2]");
    }

    @AfterAll
    static void stop() {
        session.stop();
    }

    private static HyenaEmbedder embedder() {
        return new HyenaEmbedder().setPretrained(run).setInputCol("text").setOutputCol("features");
    }

    private static HyenaScorer scorer() {
        return new HyenaScorer()
                .setPretrained(run)
                .setInputCol("text")
                .setOutputCol("bits")
                .setLossCol("loss");
    }

    private static Dataset<Row> read() {
        return session.read().json(documents.toString());
    }

    @Test
    void theirResultsAreThoseOfTheLibraryBesideAllColumns() throws IOException {
        Metadata metadata = NominalAttribute.defaultAttr()
                .withName("class")
                .withValues("a", "b")
                .toMetadata();
        Dataset<Row> read = read().withColumn("a.class", functions.lit(1.0).as("c", metadata))
                .repartition(3, functions.col("id"));
        Dataset<Row> found = scorer().transform(embedder().transform(read));
        assertThat(found.columns()).containsExactly("id", "text", "a.class", "features", "bits", "loss");
        assertThat(found.schema().apply("a.class").metadata()).isEqualTo(metadata);
        Scoring scoring = Scoring.open(session, run);
        assertThat(AttributeGroup.fromStructField(found.schema().apply("features"))
                        .size())
                .isEqualTo(scoring.vectorLength());
        List<Row> vectors =
                scoring.embed(read, "id", "text", new Pooling.Mean()).collectAsList();
        List<Row> scores = scoring.score(read, "id", "text").collectAsList();
        Dataset<Row> dotted = read.withColumnRenamed("text", "doc.text").withColumnRenamed("id", "doc.id");
        assertThat(scoring.score(dotted, "doc.id", "doc.text").collectAsList()).isEqualTo(scores);
        List<Row> rows = found.collectAsList();
        assertThat(rows).hasSize(DOCUMENTS);
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThat(rows.get(i).getLong(0)).isEqualTo(vectors.get(i).getLong(0));
            List<Float> vector = vectors.get(i).getList(2);
            Vector features = rows.get(i).getAs("features");
            assertThat(features.size()).isEqualTo(scoring.vectorLength());
            assertThat(features.toArray())
                    .containsExactly(
                            vector.stream().mapToDouble(Float::doubleValue).toArray());
            assertThat(rows.get(i).<Double>getAs("bits"))
                    .isEqualTo(scores.get(i).getAs("bits_per_byte"));
            assertThat(rows.get(i).<Double>getAs("loss"))
                    .isEqualTo(scores.get(i).getAs("loss"));
        }
    }

    @Test
    void namesAreComparedAsTheSessionDoes() {
        Dataset<Row> read = read().select(
                        functions.col("*"),
                        functions.lit("the user's").as("Bits"),
                        functions.lit(7).as("id"));
        assertThatThrownBy(() -> scorer().transform(read)).hasMessageContaining("is not Bits in other case");
        session.conf().set("spark.sql.caseSensitive", true);
        try {
            Dataset<Row> found = scorer().transform(read);
            assertThat(found.columns()).containsExactly("id", "text", "Bits", "id", "bits", "loss");
            assertThat(found.first().getString(2)).isEqualTo("the user's");
            assertThat(found.first().getInt(3)).isEqualTo(7);
            assertThat(found.first().getDouble(4)).isPositive();
        } finally {
            session.conf().unset("spark.sql.caseSensitive");
        }
    }

    @Test
    void anExportIsAsGoodAsItsRun() throws IOException {
        String export = shared.resolve("export").toString();
        assertThat(SmallRun.bare("local[1]", List.of("export", run, "export.output=" + export))
                        .code())
                .isZero();
        assertThat(embedder().setPretrained(export).transform(read()).collectAsList())
                .isEqualTo(embedder().transform(read()).collectAsList());
        assertThatThrownBy(() ->
                        embedder().setPretrained(export).setCheckpoint("best").transform(read()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("run.checkpoint: found best, expected newest");
        assertThatThrownBy(() -> embedder().setPretrained(shared + "/nothing").transform(read()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no checkpoint in");
    }

    @Test
    void longDocumentsAreCutAtTheLengthAskedFor() {
        Dataset<Row> whole = scorer().transform(read());
        Dataset<Row> cut = scorer().setMaxLength(8).transform(read());
        assertThat(cut.collectAsList()).hasSize(DOCUMENTS).isNotEqualTo(whole.collectAsList());
        assertThatThrownBy(() -> scorer().setMaxLength(33).transform(read()))
                .hasMessageContaining("maxLength: found 33, expected 2 to 32");
    }

    @Test
    void aDocumentWithoutAResultFailsOrIsLeftOutOrKept() {
        Dataset<Row> some = session.sql("select * from values (1, 'alpha'), (2, null), (3, '') as t(id, text)");
        assertThatThrownBy(() -> embedder().transform(some).collectAsList())
                .hasStackTraceContaining("found a document without a result: the text is null; set handleInvalid");
        assertThat(scorer().setHandleInvalid("skip")
                        .transform(some)
                        .select("id")
                        .collectAsList())
                .extracting(row -> row.getInt(0))
                .containsExactly(1);
        assertThat(embedder().setHandleInvalid("keep").transform(some).collectAsList())
                .extracting(row -> row.isNullAt(2))
                .containsExactly(false, true, true);
    }

    @Test
    void theNameOfAStageMayHaveADot() {
        var named = new HyenaScorer("scorer.v2")
                .setPretrained(run)
                .setInputCol("text")
                .setOutputCol("bits")
                .setLossCol("loss");
        assertThat(named.transform(read()).collectAsList())
                .isEqualTo(scorer().setLossCol("loss").transform(read()).collectAsList());
        assertThat(scorer().setOutputCol("").setLossCol("").transform(read()).columns())
                .as("no column is asked for")
                .isEqualTo(read().columns());
        var embedder = new HyenaEmbedder("embedder.v2").setPretrained(run).setInputCol("text");
        assertThat(embedder.transform(read()).select("`embedder.v2__output`").collectAsList())
                .isEqualTo(embedder().transform(read()).select("features").collectAsList());
    }

    @Test
    void aClassifierBeginsWithATrainedModel() {
        Dataset<Row> labelled =
                read().withColumn("label", functions.expr("id % 5 > 2").cast("int"));
        HyenaClassificationModel model = new HyenaClassifier()
                .setInputCol("text")
                .setPretrained(run)
                .setTrainedLayers(0)
                .setSettings("fit.models=1")
                .setMaxIter(2)
                .fit(labelled);
        assertThat(model.transform(labelled).filter("probability is not null").count())
                .isEqualTo(DOCUMENTS);
    }

    /** Of ours that JVM has the jars alone: no plugin, registrator, serializer or module. */
    @Test
    void aSavedPipelineGivesTheSameInAnotherApplication() throws Exception {
        String saved = shared.resolve("pipeline").toString();
        PipelineModel model = new Pipeline()
                .setStages(new PipelineStage[] {embedder(), scorer()})
                .fit(read());
        model.save(saved);
        List<String> expected = model.transform(read()).toJSON().collectAsList();
        Outcome outcome = OtherApplication.run(shared, PipelineApplication.class, saved, documents.toString());
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        List<String> found = outcome.results().lines().toList();
        assertThat(found).hasSize(DOCUMENTS);
        for (int i = 0; i < DOCUMENTS; i++) {
            assertClose(json(found.get(i)), json(expected.get(i)));
        }
        assertThat(outcome.messages().lines().filter(line -> line.contains("WARN") && line.contains("kernel")))
                .singleElement()
                .asString()
                .contains("scalar kernel", VectorModule.FLAG);
    }

    @Test
    void theExampleOfThePageFitsAModelOnVectors() throws Exception {
        Path labelled = shared.resolve("labelled");
        read().withColumn("label", functions.expr("double(id % 5 > 2)")).write().json(labelled.toString());
        String saved = shared.resolve("topics").toString();
        PageExample.run("Topics", shared, run, labelled.toString(), saved);
        Dataset<Row> predicted =
                PipelineModel.load(saved).transform(session.read().json(labelled.toString()));
        assertThat(predicted.filter("prediction = label").count()).isGreaterThan(DOCUMENTS / 2);
    }

    private static JsonNode json(String line) throws IOException {
        return Json.parse("a row", line.getBytes(StandardCharsets.UTF_8));
    }

    /** Another kernel rounds differently. */
    private static void assertClose(JsonNode found, JsonNode expected) {
        assertThat(found.get("id")).isEqualTo(expected.get("id"));
        double loss = expected.get("loss").doubleValue();
        assertThat(found.get("loss").doubleValue()).isCloseTo(loss, within(1e-5 * loss));
        List<Double> values = new ArrayList<>();
        expected.get("features").get("values").forEach(value -> values.add(value.doubleValue()));
        for (int d = 0; d < values.size(); d++) {
            assertThat(found.get("features").get("values").get(d).doubleValue()).isCloseTo(values.get(d), within(1e-5));
        }
    }
}
