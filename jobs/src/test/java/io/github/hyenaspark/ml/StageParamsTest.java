package io.github.hyenaspark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageParamsTest {
    private static final StructType DOCUMENTS =
            new StructType().add("id", DataTypes.LongType).add("text", DataTypes.StringType);

    private static HyenaEmbedder embedder() {
        return new HyenaEmbedder("e")
                .setPretrained("runs/a")
                .setInputCol("text")
                .setOutputCol("features");
    }

    private static HyenaScorer scorer() {
        return new HyenaScorer("s").setPretrained("runs/a").setInputCol("text").setOutputCol("bits");
    }

    private static List<String> names(Params stage) {
        return Arrays.stream(stage.params()).map(Param::name).toList();
    }

    @Test
    void paramsAreFoundByTheirNamesAndExplained() {
        assertThat(names(embedder()))
                .containsExactly(
                        "checkpoint", "handleInvalid", "inputCol", "maxLength", "outputCol", "pooling", "pretrained");
        assertThat(names(scorer())).contains("lossCol", "outputCol").doesNotContain("pooling");
        assertThat(embedder().explainParams())
                .contains("inputCol: ", "(current: text)", "pooling: ", "(default: mean)");
        assertThat(new HyenaEmbedder().getOutputCol()).matches("HyenaEmbedder_[0-9a-f]{12}__output");
    }

    @Test
    void aCopyHasTheSameNameAndValuesButThoseGiven() {
        HyenaEmbedder embedder = embedder();
        HyenaEmbedder copy = embedder.copy(new ParamMap().put(embedder.maxLength(), 64));
        assertThat(copy.uid()).isEqualTo("e");
        assertThat(copy.getInputCol()).isEqualTo("text");
        assertThat(copy.getMaxLength()).isEqualTo(64);
        assertThat(embedder.getMaxLength()).isZero();
    }

    @Test
    void theNewColumnsComeLast() {
        assertThat(embedder().transformSchema(DOCUMENTS))
                .isEqualTo(DOCUMENTS.add("features", SQLDataTypes.VectorType()));
        assertThat(scorer().setLossCol("loss").transformSchema(DOCUMENTS).fieldNames())
                .containsExactly("id", "text", "bits", "loss");
        StructField bits = scorer().transformSchema(DOCUMENTS).apply("bits");
        assertThat(bits.dataType()).isEqualTo(DataTypes.DoubleType);
    }

    @Test
    void aClassifierHasTheParamsOfSparksOwn() {
        assertThat(names(new HyenaClassifier()))
                .contains(
                        "labelCol",
                        "maxIter",
                        "predictionCol",
                        "probabilityCol",
                        "rawPredictionCol",
                        "seed",
                        "stepSize",
                        "thresholds",
                        "validationIndicatorCol",
                        "weightCol");
        assertThat(names(new HyenaRegressor())).doesNotContain("probabilityCol").contains("tokenizer", "trainedLayers");
        StructType labelled = DOCUMENTS.add("label", DataTypes.DoubleType);
        HyenaClassifier classifier = new HyenaClassifier("c").setInputCol("text");
        assertThat(classifier.transformSchema(labelled).fieldNames())
                .containsExactly("id", "text", "label", "prediction", "probability", "rawPrediction");
        assertThat(classifier.setRawPredictionCol("").transformSchema(labelled).fieldNames())
                .doesNotContain("rawPrediction");
        assertThatThrownBy(() -> classifier.transformSchema(DOCUMENTS))
                .hasMessage("c__labelCol: found label, expected one of the columns [id, text]");
        assertThatThrownBy(() -> new HyenaRegressor("r")
                        .setInputCol("text")
                        .setLabelCol("text")
                        .transformSchema(DOCUMENTS))
                .hasMessage(
                        "r__labelCol: found text of type string, expected a column of numbers; HyenaClassifier takes"
                                + " strings");
        assertThatThrownBy(() -> classifier.setValidationIndicatorCol("id").transformSchema(labelled))
                .hasMessageContaining("expected a column of booleans");
    }

    @Test
    void thresholdsDivideProbabilities() {
        double[] probabilities = {0.5, 0.3, 0.2};
        assertThat(HyenaClassificationModel.ClassPredictor.predicted(probabilities, new double[0]))
                .isZero();
        assertThat(HyenaClassificationModel.ClassPredictor.predicted(probabilities, new double[] {1, 0.5, 0.5}))
                .isEqualTo(1);
        assertThat(HyenaClassificationModel.ClassPredictor.predicted(probabilities, new double[] {1, 1, 0}))
                .isEqualTo(2);
        assertThat(HyenaClassificationModel.ClassPredictor.predicted(new double[] {1, 0}, new double[] {1, 0}))
                .isZero();
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnythingIsComputed() {
        assertThatThrownBy(() -> new HyenaEmbedder("e").setInputCol("text").transformSchema(DOCUMENTS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("e__pretrained: found nothing, expected the URI of a run or an export; call setPretrained");
        assertThatThrownBy(() -> embedder().setInputCol("body").transformSchema(DOCUMENTS))
                .hasMessage("e__inputCol: found body, expected one of the columns [id, text]");
        assertThatThrownBy(() -> embedder().setInputCol("id").transformSchema(DOCUMENTS))
                .hasMessage("e__inputCol: found id of type bigint, expected a column of strings; cast it, or choose"
                        + " another");
        assertThatThrownBy(() -> scorer().setLossCol("id").transformSchema(DOCUMENTS))
                .hasMessage("s__lossCol: found id, expected a name that is not among the columns yet");
        assertThatThrownBy(() -> scorer().setLossCol("ID").transformSchema(DOCUMENTS))
                .hasMessage("s__lossCol: found ID, expected a name that is not among the columns yet, and is not id in"
                        + " other case");
        assertThatThrownBy(() -> scorer().setLossCol("Bits").transformSchema(DOCUMENTS))
                .hasMessageContaining("is not bits in other case");
        StructType twice = DOCUMENTS.add("text", DataTypes.StringType);
        assertThatThrownBy(() -> scorer().transformSchema(twice))
                .hasMessage("s__inputCol: found text for the columns [text, text], expected the name of one column;"
                        + " rename or drop the others");
        assertThatThrownBy(() -> embedder().setPooling("max"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pooling");
        assertThatThrownBy(() -> embedder().setMaxLength(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1,1", "0,0", "0,1,0", "NaN,1"})
    void thresholdsThatNoClassifierTakesAreRefused(String thresholds) {
        double[] values = Arrays.stream(thresholds.split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        var classifier = new HyenaClassifier("c");
        assertThatThrownBy(() -> classifier.setThresholds(values))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("thresholds");
        assertThat(classifier.setThresholds(0, 1).getThresholds()).containsExactly(0, 1);
    }

    @Test
    void thresholdsOfOtherThanTheNamedClassesAreRefused() {
        Metadata names =
                NominalAttribute.defaultAttr().withValues("a", "b", "c").toMetadata();
        StructType labelled = DOCUMENTS.add("label", DataTypes.DoubleType, false, names);
        var classifier = new HyenaClassifier("c").setInputCol("text");
        classifier.setThresholds(1, 2, 3).transformSchema(labelled);
        assertThatThrownBy(() -> classifier.setThresholds(1, 2).transformSchema(labelled))
                .hasMessage("c__thresholds: found [1.0, 2.0], expected 3 numbers, one for each class");
    }

    @Test
    void aSettingOfNoSuchNameIsRefused() {
        StructType labelled = DOCUMENTS.add("label", DataTypes.DoubleType);
        var regressor = new HyenaRegressor("r").setInputCol("text");
        regressor.setSettings("model.d-model=128").transformSchema(labelled);
        assertThatThrownBy(() -> regressor.setSettings("trian.lr=1e-3").transformSchema(labelled))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown section trian");
        assertThatThrownBy(() -> regressor.setSettings("train.rounds=5").transformSchema(labelled))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "train.rounds: found a number, expected none: fit.epochs decides how many rounds there are");
        assertThatThrownBy(() -> regressor.setSettings("d-model=128").transformSchema(labelled))
                .hasMessageContaining("unknown section d-model");
    }

    @Test
    void stepsThatAModelCouldNotApplyAreRefused() {
        StructType labelled = DOCUMENTS.add("label", DataTypes.DoubleType);
        var regressor = new HyenaRegressor("r").setInputCol("text").setSettings("data.clean.steps=[mine]");
        assertThatThrownBy(() -> regressor.transformSchema(labelled))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "r__settings: found data.clean.steps=[\"mine\"], expected none: the model could not apply them"
                                + " to a column; clean the column itself");
    }

    @Test
    void aDirectoryKeepsTheCharactersOfItsName(@TempDir Path directory) throws IOException {
        Path folder = Files.createDirectory(directory.resolve("für kurze Zeit"));
        Files.writeString(folder.resolve("a.txt"), "text");
        assertThat(Storage.local().exists(Storage.resolve(LabelFit.onDisk(folder.toString()), "a.txt")))
                .isTrue();
    }
}
