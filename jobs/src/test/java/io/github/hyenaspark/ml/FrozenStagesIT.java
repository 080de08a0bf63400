package io.github.hyenaspark.ml;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.jobs.testing.OtherApplication;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A pipeline that version 0.2 saved predicts what it did then. Its files are in {@code src/test/resources/frozen/0.2},
 * where {@link #main} wrote them.
 */
@Tag("process")
class FrozenStagesIT {
    /** Inferring it is what Spark itself cannot do with Kryo's required registration. */
    private static final String SCHEMA =
            "id long, text string, prediction double, probability array<double>, value double";

    /** Writes the files into a new directory. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        String[] small = {
            "model.d-model=8", "model.n-layer=1", "model.mixer=hyena", "model.filter.width=4", "fit.models=1"
        };
        try (SparkSession session = OtherApplication.session("local[1]")) {
            Dataset<Row> documents = session.range(60)
                    .selectExpr(
                            "id",
                            "substring(sha2(string(id), 256), 1, int(8 + id % 20)) as hex",
                            "if(id % 2 = 0, 'even', 'odd') as parity")
                    .selectExpr("id", "if(parity = 'even', hex, upper(hex)) as text", "parity", "id / 10 as size");
            var classifier = new HyenaClassifier().setLabelCol("parity").setInputCol("text");
            var regressor = new HyenaRegressor().setLabelCol("size").setInputCol("text");
            PipelineStage[] stages = {
                classifier.setMaxIter(2).setSettings(small),
                regressor.setMaxIter(2).setSettings(small).setPredictionCol("value")
            };
            PipelineModel model = new Pipeline().setStages(stages).fit(documents);
            model.save(directory.resolve("pipeline").toString());
            List<String> predicted = select(model.transform(documents)).toJSON().collectAsList();
            Files.write(directory.resolve("predicted.jsonl"), predicted);
        }
    }

    private static Dataset<Row> select(Dataset<Row> predicted) {
        return predicted
                .withColumn("probability", vector_to_array(predicted.col("probability"), "float64"))
                .select("id", "text", "prediction", "probability", "value");
    }

    @ParameterizedTest
    @CsvSource({
        "org.apache.spark.serializer.JavaSerializer, false",
        "org.apache.spark.serializer.KryoSerializer, true",
    })
    void aPipelineOf02PredictsWhatItDidThen(String serializer, String registrationRequired)
            throws IOException, URISyntaxException {
        Path frozen = Path.of(Objects.requireNonNull(FrozenStagesIT.class.getResource("/frozen/0.2"))
                .toURI());
        Map<String, String> own =
                Map.of("spark.serializer", serializer, "spark.kryo.registrationRequired", registrationRequired);
        try (SparkSession session = OtherApplication.session("local[1]", own)) {
            Dataset<Row> before = session.read()
                    .schema(SCHEMA)
                    .json(frozen.resolve("predicted.jsonl").toString());
            PipelineModel model = PipelineModel.load(frozen.resolve("pipeline").toString());
            List<Row> expected = before.orderBy("id").collectAsList();
            List<Row> found =
                    model.transform(before.select("id", "text").orderBy("id")).collectAsList();
            assertThat(found).hasSize(60);
            for (int i = 0; i < found.size(); i++) { // made before the numeric contract, with other last bits
                Vector probability = found.get(i).getAs("probability");
                List<Double> then = expected.get(i).getList(expected.get(i).fieldIndex("probability"));
                assertThat(probability.apply(1)).isCloseTo(then.get(1), within(1e-5));
                assertThat(found.get(i).<Double>getAs("value"))
                        .isCloseTo(expected.get(i).<Double>getAs("value"), within(1e-4));
            }
        }
    }
}
