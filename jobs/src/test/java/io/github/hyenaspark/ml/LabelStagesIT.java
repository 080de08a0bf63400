package io.github.hyenaspark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.testing.OtherApplication;
import io.github.hyenaspark.jobs.testing.PipelineApplication;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.ml.tuning.TrainValidationSplit;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Estimators and their models in a session that is an application's own. */
@Tag("process")
class LabelStagesIT {
    private static final int DOCUMENTS = 120;

    /** A model that learns the difference between two alphabets in seconds. */
    private static final String[] SMALL = {
        "model.d-model=16",
        "model.n-layer=1",
        "model.mixer=hyena",
        "model.filter.width=8",
        "model.filter.emb=5",
        "train.batch-size=8",
        "fit.dropout=0",
        "fit.models=1"
    };

    @TempDir
    static Path shared;

    private static Path documents = Path.of("");
    private static SparkSession session = OtherApplication.session("local[2]");

    /** Documents of one of two alphabets, with some letters of the other; what share is of the first is known. */
    @BeforeAll
    static void write() throws IOException {
        documents = shared.resolve("documents.jsonl");
        var lines = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            var text = new StringBuilder();
            int length = 20 + i % 13;
            boolean first = i % 2 == 0;
            int own = 0;
            for (int at = 0; at < length; at++) {
                boolean stray = (at * 7 + i * 3) % 10 == 0;
                own += first != stray ? 1 : 0;
                text.append((char) ((first != stray ? 'a' : 'n') + (at * 5 + i) % 13));
            }
            lines.append(Json.line(Json.object()
                            .put("id", i)
                            .put("text", text.toString())
                            .put("alphabet", first ? "first" : "second")
                            .put("share", (double) own / length)))
                    .append('\n');
        }
        Files.writeString(documents, lines);
    }

    @AfterAll
    static void stop() {
        session.stop();
    }

    private static Dataset<Row> read() {
        return session.read()
                .json(documents.toString())
                .withColumn("label", functions.expr("int(alphabet = 'second')"));
    }

    private static HyenaClassifier classifier() {
        return new HyenaClassifier()
                .setInputCol("text")
                .setMaxIter(6)
                .setCheckpointDir(shared.resolve("place").toString())
                .setSettings(SMALL);
    }

    private static double accuracy(Dataset<Row> predicted) {
        return (double) predicted.filter("prediction = label").count() / predicted.count();
    }

    @Test
    void classesThatAreStringsComeBackFromAPipelineOfAnotherJvm() throws Exception {
        String saved = shared.resolve("pipeline").toString();
        PipelineStage[] stages = {
            classifier().setLabelCol("alphabet"),
            new IndexToString().setInputCol("prediction").setOutputCol("predicted")
        };
        PipelineModel model = new Pipeline().setStages(stages).fit(read());
        try (Stream<Path> left = Files.list(shared.resolve("place"))) {
            assertThat(left).as("files of the fitting").isEmpty();
        }
        Dataset<Row> predicted = model.transform(read());
        assertThat(predicted.columns()).endsWith("label", "prediction", "probability", "rawPrediction", "predicted");
        assertThat(accuracy(predicted)).isGreaterThan(0.9);
        assertThat(predicted.filter("predicted != alphabet").count())
                .isEqualTo(predicted.filter("prediction != label").count());
        Vector probability = predicted.first().getAs("probability");
        Vector raw = predicted.first().getAs("rawPrediction");
        assertThat(probability.apply(0) + probability.apply(1)).isCloseTo(1, within(1e-9));
        assertThat(Math.exp(raw.apply(1))).isCloseTo(probability.apply(1), within(1e-9));

        model.save(saved);
        assertThat(PipelineModel.load(saved).transform(read()).collectAsList()).isEqualTo(predicted.collectAsList());
        Outcome outcome = OtherApplication.run(shared, PipelineApplication.class, saved, documents.toString());
        assertThat(outcome.code()).as(outcome.messages()).isZero();
        List<String> found = outcome.results().lines().toList();
        List<String> expected = predicted.drop("label").toJSON().collectAsList();
        assertThat(found).hasSize(DOCUMENTS);
        for (int i = 0; i < DOCUMENTS; i++) { // another kernel rounds differently
            assertThat(json(found.get(i)).get("predicted"))
                    .isEqualTo(json(expected.get(i)).get("predicted"));
            assertThat(second(found.get(i))).isCloseTo(second(expected.get(i)), within(1e-4));
        }
    }

    private static JsonNode json(String line) throws IOException {
        return Json.parse("a row", line.getBytes(StandardCharsets.UTF_8));
    }

    private static double second(String line) throws IOException {
        return json(line).at("/probability/values/1").doubleValue();
    }

    @Test
    void theExampleOfThePageLearnsAndSaves() throws Exception {
        String labelled = shared.resolve("labelled").toString();
        read().withColumnRenamed("alphabet", "language").write().json(labelled);
        String saved = shared.resolve("languages").toString();
        PageExample.run("Languages", shared, labelled, documents.toString(), saved);
        Dataset<Row> predicted = PipelineModel.load(saved).transform(read());
        assertThat(accuracy(predicted)).isGreaterThan(0.9);
    }

    @Test
    void classesThatAreNumbersAreChosenAmongByCrossValidation() {
        HyenaClassifier classifier = classifier().setMaxIter(3);
        ParamMap[] grid = new ParamGridBuilder()
                .addGrid(classifier.stepSize(), new double[] {1e-9, 2e-3})
                .build();
        var evaluator = new BinaryClassificationEvaluator();
        var cross = new CrossValidator()
                .setEstimator(classifier)
                .setEvaluator(evaluator)
                .setEstimatorParamMaps(grid)
                .setNumFolds(2)
                .fit(read());
        assertThat(cross.avgMetrics()[0]).as("nothing is learnt at a rate of 0").isBetween(0.2, 0.8);
        assertThat(cross.avgMetrics()[1]).isGreaterThan(0.9);
        assertThat(accuracy(cross.transform(read()))).isGreaterThan(0.8);
        var split = new TrainValidationSplit()
                .setEstimator(classifier)
                .setEvaluator(evaluator)
                .setEstimatorParamMaps(new ParamGridBuilder().build())
                .fit(read());
        assertThat(split.validationMetrics()[0]).isGreaterThan(0.9);
    }

    @Test
    void documentsOfNoWeightTeachNothingAndThoseHeldOutAreNamed() {
        Dataset<Row> some = read().withColumn("wrong", functions.expr("id % 3 = 0"))
                .withColumn("weight", functions.expr("if(wrong, 0.0, 1.0)"))
                .withColumn("taught", functions.expr("if(wrong, 0, label)"))
                .withColumn("validates", functions.expr("id % 5 = 1"));
        HyenaClassificationModel model = classifier()
                .setLabelCol("taught")
                .setWeightCol("weight")
                .setValidationIndicatorCol("validates")
                .fit(some);
        assertThat(accuracy(model.transform(some))).isGreaterThan(0.9);
        assertThat(model.numClasses()).isEqualTo(2);
        assertThat(model.setThresholds(1, 0)
                        .transform(some)
                        .filter("prediction = 1")
                        .count())
                .isEqualTo(DOCUMENTS);
        assertThatThrownBy(() -> model.setThresholds(1, 1, 1).transform(some))
                .hasMessageContaining("expected 2 numbers");
    }

    @Test
    void valuesArePredictedInTheirUnit() throws IOException {
        session.sparkContext().setJobDescription("the application's");
        HyenaRegressionModel model = new HyenaRegressor()
                .setInputCol("text")
                .setLabelCol("percent")
                .setMaxIter(10)
                .setSettings(SMALL)
                .fit(read().withColumn("percent", functions.expr("100 * share")));
        assertThat(session.sparkContext().getLocalProperty("spark.job.description"))
                .isEqualTo("the application's");
        assertThat(session.sparkContext().getLocalProperty("callSite.short")).isNull();
        session.sparkContext().setJobDescription(null);
        String saved = shared.resolve("regression").toString();
        model.save(saved);
        assertThat(HyenaRegressionModel.load(saved).transform(read()).collectAsList())
                .isEqualTo(model.transform(read()).collectAsList());
        Row errors = model.transform(read())
                .selectExpr("avg(pow(prediction - 100 * share, 2))", "var_pop(100 * share)")
                .first();
        assertThat(errors.getDouble(0)).isLessThan(0.2 * errors.getDouble(1));
    }

    @Test
    void documentsThatCannotBeReadAreSkippedOrRefused() {
        Dataset<Row> some = read().withColumn(
                        "text",
                        functions.expr(
                                "case id when 3 then '' when 4 then null when 5 then 'ACGT1' else translate(text, "
                                        + "'abcdefghijklmnopqrstuvwxyz', 'AACACAACCAACAGTGTGGTTGGTTG') end"));
        HyenaClassifier classifier = classifier().setTokenizer("dna").setMaxIter(3);
        assertThatThrownBy(() -> classifier.fit(some.filter("id not in (4, 5)")))
                .hasStackTraceContaining("inputCol: found an empty text, expected documents");
        HyenaClassificationModel model = classifier.setHandleInvalid("skip").fit(some);
        assertThat(model.transform(some).count()).isEqualTo(DOCUMENTS - 3);
        Dataset<Row> kept = model.setHandleInvalid("keep").transform(some);
        assertThat(kept.filter("prediction is null").count()).isEqualTo(3);
        assertThatThrownBy(() -> model.setHandleInvalid("error")
                        .transform(some.filter("id = 3"))
                        .collectAsList())
                .hasStackTraceContaining("the text is empty");
    }

    @Test
    void aModelNormalisesTextsAsItsFittingDid() {
        HyenaClassificationModel model = classifier()
                .setMaxIter(1)
                .setSettings(Stream.concat(Arrays.stream(SMALL), Stream.of("data.clean.normalisation=nfkc"))
                        .toArray(String[]::new))
                .fit(read());
        Dataset<Row> wide = read().withColumn(
                        "text", functions.expr("translate(text, 'abcdef', '\uff41\uff42\uff43\uff44\uff45\uff46')"));
        assertThat(wide.filter("text rlike '\uff41'").count()).isPositive();
        assertThat(model.transform(wide).select("id", "probability").collectAsList())
                .isEqualTo(model.transform(read()).select("id", "probability").collectAsList());
    }

    @Test
    void anApplicationThatCompressesItsFilesFitsAsOthersDo() {
        Configuration hadoop = session.sparkContext().hadoopConfiguration();
        hadoop.setBoolean(FileOutputFormat.COMPRESS, true);
        try {
            assertThat(classifier().setMaxIter(1).fit(read()).numClasses()).isEqualTo(2);
        } finally {
            hadoop.unset(FileOutputFormat.COMPRESS);
        }
    }

    @Test
    void labelsThatAreNoClassesAreRefused() {
        assertThatThrownBy(() -> classifier().setLabelCol("share").fit(read()))
                .hasStackTraceContaining("expected whole numbers from 0 to 9999; index classes with StringIndexer");
    }

    /** Every row would have a probability for each number up to the greatest. */
    @ParameterizedTest
    @ValueSource(strings = {"3000000001", "20240101", "10000", "1e300D", "-1"})
    void numbersThatNameNoClassesAreRefused(String number) {
        Dataset<Row> some = read().withColumn("label", functions.expr("if(id = 7, " + number + ", 0)"));
        assertThatThrownBy(() -> classifier().fit(some))
                .hasStackTraceContaining("labelCol: found ")
                .hasStackTraceContaining(
                        ", expected whole numbers from 0 to 9999; index classes with StringIndexer or");
    }

    @Test
    void asManyClassesMayBeThereAsHaveNames() {
        String[] names = IntStream.rangeClosed(0, 10_000).mapToObj(c -> "c" + c).toArray(String[]::new);
        Metadata metadata = NominalAttribute.defaultAttr().withValues(names).toMetadata();
        Dataset<Row> some =
                read().withColumn("label", functions.expr("10000D * label").as("label", metadata));
        HyenaClassificationModel model = classifier().setMaxIter(1).fit(some);
        assertThat(model.numClasses()).isEqualTo(10_001);
        Vector probability = model.transform(some).first().getAs("probability");
        assertThat(probability.apply(0) + probability.apply(10_000)).isCloseTo(1, within(1e-9));
    }
}
