package io.github.hyenaspark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.jobs.testing.OtherApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.Metadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What estimators make of rows: of their order, of those that cannot be used, and of very few. */
@Tag("process")
class LabelledRowsIT {
    private static final int ROWS = 60;
    private static final String[] SMALL = {
        "model.d-model=8", "model.n-layer=1", "model.mixer=hyena", "model.filter.width=4", "fit.models=1"
    };

    @TempDir
    static Path shared;

    private static SparkSession session = OtherApplication.session("local[2]");

    @AfterAll
    static void stop() {
        session.stop();
    }

    private static Dataset<Row> rows() {
        return session.range(ROWS)
                .selectExpr(
                        "id",
                        "translate(sha2(string(id), 256), '0123456789abcdef', 'ACGTACGTACGTACGT') as text",
                        "int(id % 2) as label",
                        "double(id) as value",
                        "1D as weight",
                        "id % 5 = 1 as validates");
    }

    private static HyenaClassifier classifier() {
        return new HyenaClassifier().setInputCol("text").setMaxIter(1).setSettings(SMALL);
    }

    private static HyenaRegressor regressor() {
        return new HyenaRegressor()
                .setInputCol("text")
                .setLabelCol("value")
                .setMaxIter(1)
                .setSettings(SMALL);
    }

    /** Rows of equal texts have other labels and weights, and the units of a dataset end within and between files. */
    @Test
    void theOrderAndPartitionsOfRowsDoNotMatter() {
        Dataset<Row> rows = rows().withColumn("text", functions.expr("if(id < 20, text, substr(text, 1, 2))"))
                .withColumn("weight", functions.expr("1 + id % 3"));
        HyenaClassifier classifier =
                classifier().setWeightCol("weight").setMaxIter(3).setSettings(with("data.unit-bytes=500"));
        List<Row> found = classifier.fit(rows.coalesce(1)).transform(rows).collectAsList();
        assertThat(classifier
                        .fit(rows.orderBy(functions.rand(7)).repartition(3))
                        .transform(rows)
                        .collectAsList())
                .isEqualTo(found);
        session.conf().set("spark.sql.adaptive.enabled", false); // as many files as partitions
        session.conf().set("spark.sql.shuffle.partitions", 7);
        try {
            assertThat(classifier
                            .fit(rows.orderBy("value").repartition(5))
                            .transform(rows)
                            .collectAsList())
                    .isEqualTo(found);
        } finally {
            session.conf().unset("spark.sql.adaptive.enabled");
            session.conf().unset("spark.sql.shuffle.partitions");
        }
    }

    private static String[] with(String setting) {
        return Stream.concat(Stream.of(SMALL), Stream.of(setting)).toArray(String[]::new);
    }

    @Test
    void rowsThatCannotBeUsedAreSkipped() {
        Dataset<Row> rows = rows().withColumn(
                        "value",
                        functions.expr("case id when 2 then double('NaN') when 3 then null"
                                + " when 4 then double('Infinity') else value end"))
                .withColumn(
                        "weight",
                        functions.expr("case id when 5 then null when 6 then double('NaN') when 7 then -1"
                                + " else weight end"))
                .withColumn("validates", functions.expr("if(id = 8, null, validates)"));
        HyenaRegressor regressor = regressor()
                .setWeightCol("weight")
                .setValidationIndicatorCol("validates")
                .setHandleInvalid("skip");
        assertThat(regressor.fit(rows).transform(rows).collectAsList())
                .isEqualTo(regressor
                        .fit(rows.filter("id not in (2, 3, 4, 5, 6, 7, 8)"))
                        .transform(rows)
                        .collectAsList());
        Dataset<Row> classes = rows.withColumn("label", functions.expr("if(id = 9, double('NaN'), label)"));
        assertThat(classifier().setHandleInvalid("skip").fit(classes).numClasses())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            value     | double('NaN')      | labelCol: found NaN, expected a finite number; set handleInvalid
            value     | cast(null AS INT)  | labelCol: found null, expected a finite number; set handleInvalid
            weight    | double(null)       | weightCol: found null, expected a number of at least 0
            weight    | -2D                | weightCol: found -2.0, expected a number of at least 0
            validates | cast(null AS BOOLEAN) | validationIndicatorCol: found null, expected true or false
            text      | string(null)       | inputCol: found null, expected documents
            text      | space(3)           | inputCol: found an empty text, expected documents
            """)
    void rowsThatCannotBeUsedAreNamed(String column, String value, String message) {
        Dataset<Row> rows = rows().withColumn(column, functions.expr("if(id = 7, " + value + ", " + column + ")"));
        HyenaRegressor regressor =
                regressor().setTokenizer("dna").setWeightCol("weight").setValidationIndicatorCol("validates");
        assertThatThrownBy(() -> regressor.fit(rows)).hasStackTraceContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"error", "skip"})
    void aDataFrameWithoutRowsIsNamed(String handleInvalid) {
        String found = handleInvalid.equals("skip") ? "no rows that can be used" : "no rows";
        var regressor = new HyenaRegressor("r").setInputCol("text").setLabelCol("value");
        assertThatThrownBy(() -> regressor.setHandleInvalid(handleInvalid).fit(rows().filter("id < 0")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("r: found " + found + " in the DataFrame, expected documents with labels");
    }

    @Test
    void aTextWithoutBasesIsSkippedOnBothSides() {
        Dataset<Row> rows = rows().withColumn("text", functions.expr("if(id = 3, ' \n\u000B', text)"));
        HyenaClassifier classifier = classifier().setTokenizer("dna").setHandleInvalid("skip");
        List<Row> found = classifier.fit(rows).transform(rows).collectAsList();
        assertThat(found).hasSize(ROWS - 1);
        assertThat(found)
                .isEqualTo(
                        classifier.fit(rows.filter("id != 3")).transform(rows).collectAsList());
    }

    /** Nobody sees how the documents that are held out are predicted. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8, 10, 12})
    void fewRowsAreLearnt(int count) {
        Dataset<Row> rows = rows().filter("id < " + count);
        HyenaClassifier classifier = new HyenaClassifier().setInputCol("text").setMaxIter(1);
        String[] three = {SMALL[0], SMALL[1], SMALL[2], SMALL[3]};
        assertThat(classifier.setSettings(three).fit(rows).transform(rows).count())
                .isEqualTo(count);
    }

    @Test
    void vectorsTellTheirLength() {
        Dataset<Row> rows = rows();
        HyenaClassificationModel model = classifier().fit(rows);
        Dataset<Row> predicted = model.transform(rows);
        assertThat(predicted.schema()).isEqualTo(model.transformSchema(rows.schema()));
        for (String column : List.of("probability", "rawPrediction")) {
            assertThat(AttributeGroup.fromStructField(predicted.schema().apply(column))
                            .size())
                    .isEqualTo(2);
        }
        var assembler = new VectorAssembler()
                .setInputCols(new String[] {"probability", "value"})
                .setOutputCol("features")
                .setHandleInvalid("keep");
        Vector features = assembler.transform(predicted).first().getAs("features");
        assertThat(features.size()).isEqualTo(3);
        Metadata expected = NominalAttribute.defaultAttr()
                .withName("prediction")
                .withNumValues(2)
                .toMetadata();
        assertThat(predicted.schema().apply("prediction").metadata()).isEqualTo(expected);
    }

    @Test
    void thresholdsOfOtherClassesAreRefusedBeforeTheTraining() throws IOException {
        Path place = Files.createDirectories(shared.resolve("thresholds"));
        HyenaClassifier classifier =
                new HyenaClassifier("c").setInputCol("text").setCheckpointDir(place.toString());
        String[] forever = with("fit.epochs=1000000");
        assertThatThrownBy(
                        () -> classifier.setSettings(forever).setThresholds(0.5).fit(rows()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("c__thresholds: found [0.5], expected 2 numbers, one for each class");
        try (Stream<Path> left = Files.list(place)) {
            assertThat(left).isEmpty();
        }
    }
}
