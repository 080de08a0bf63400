package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expected values by hand, or by scikit-learn 1.2 on the same numbers. */
final class LabelMetricsTest {
    private static final double[][] TWO = {{0}, {0}, {0}, {1}, {1}};
    private static final double[][] PREDICTED = {{0.9, 0.1}, {0.6, 0.4}, {0.3, 0.7}, {0.2, 0.8}, {0.6, 0.4}};

    @Test
    void ofTwoClasses() {
        Map<String, Double> found = LabelMetrics.of(Task.CLASSIFICATION, PREDICTED, TWO);
        assertThat(found.get("accuracy")).isEqualTo(0.6);
        assertThat(found.get("mcc")).isCloseTo((1 * 2 - 1 * 1) / Math.sqrt(2 * 2 * 3 * 3), within(1e-12));
        // pairs of 1 and 0: 0.8 beats all three; 0.4 beats 0.1, ties with 0.4, loses to 0.7
        assertThat(found.get("auroc")).isCloseTo((3 + 1.5) / 6, within(1e-12));
        assertThat(found.get("f1")).isCloseTo((4.0 / 6 + 2.0 / 4) / 2, within(1e-12));
    }

    @Test
    void ofThreeClasses() {
        double[][] predicted = {{1, 0, 0}, {0, 1, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 1}, {1, 0, 0}};
        double[][] targets = {{0}, {0}, {1}, {2}, {2}, {2}};
        Map<String, Double> found = LabelMetrics.of(Task.CLASSIFICATION, predicted, targets);
        assertThat(found.get("accuracy")).isCloseTo(4.0 / 6, within(1e-12));
        // c·s − Σ p·t = 4·6 − (2·2 + 2·1 + 2·3); √((36 − 12)(36 − 14))
        assertThat(found.get("mcc")).isCloseTo(12 / Math.sqrt(24 * 22), within(1e-12));
        assertThat(found.get("f1")).isCloseTo((0.5 + 2.0 / 3 + 0.8) / 3, within(1e-12));
    }

    @Test
    void ofTags() {
        double[][] predicted = {{0.9, 0.2}, {0.1, 0.6}, {0.7, 0.7}};
        double[][] targets = {{1, 0}, {0, 1}, {0, 1}};
        Map<String, Double> found = LabelMetrics.of(Task.TAGGING, predicted, targets);
        assertThat(found.get("accuracy")).isCloseTo((2.0 / 3 + 1) / 2, within(1e-12));
        assertThat(found.get("auroc")).isEqualTo(1);
        assertThat(found.get("mcc")).isCloseTo((0.5 + 1) / 2, within(1e-12));
        assertThat(found.get("f1")).as("f1_score(average='macro')").isCloseTo((2.0 / 3 + 1) / 2, within(1e-12));
    }

    @Test
    void aTagThatIsNeitherFoundNorPredictedHasNoF1() {
        double[][] predicted = {{0.9, 0.2}, {0.1, 0.1}};
        assertThat(LabelMetrics.of(Task.TAGGING, predicted, new double[][] {{1, 0}, {1, 0}}))
                .containsEntry("f1", 2.0 / 3);
        assertThat(LabelMetrics.of(Task.TAGGING, predicted, new double[][] {{1, 1}, {1, 0}}))
                .as("found, and not predicted")
                .containsEntry("f1", 1.0 / 3);
        double[][] none = {{0.1}, {0.1}};
        assertThat(LabelMetrics.of(Task.TAGGING, none, new double[][] {{0}, {0}}))
                .containsEntry("f1", Double.NaN);
    }

    @Test
    void aTagIsPredictedWhereItIsMeasuredAsPredicted() {
        for (double probability : new double[] {0, 0.5, Math.nextUp(0.5), 1}) {
            assertThat(LabelMetrics.isPredicted(probability)).isEqualTo(probability > 0.5);
            assertThat(LabelMetrics.of(Task.TAGGING, new double[][] {{probability}}, new double[][] {{1}}))
                    .containsEntry("accuracy", probability > 0.5 ? 1.0 : 0.0);
        }
    }

    @Test
    void aTagThatNoDocumentHasTellsNothingOfRanks() {
        double[][] predicted = {{0.9, 0.2}, {0.1, 0.1}};
        double[][] targets = {{1, 0}, {0, 0}};
        assertThat(LabelMetrics.of(Task.TAGGING, predicted, targets)).containsEntry("auroc", 1.0);
    }

    @Test
    void aScoreThatIsNoNumberTellsNothingOfRanks() {
        double[][] predicted = {{0.9, 0.1}, {Double.NaN, Double.NaN}};
        assertThat(LabelMetrics.of(Task.CLASSIFICATION, predicted, new double[][] {{0}, {1}}))
                .containsEntry("auroc", Double.NaN);
    }

    @Test
    void ofValues() {
        double[][] predicted = {{1}, {2}, {3}};
        double[][] targets = {{1}, {3}, {2}};
        Map<String, Double> found = LabelMetrics.of(Task.REGRESSION, predicted, targets);
        assertThat(found.get("rmse")).isCloseTo(Math.sqrt(2.0 / 3), within(1e-12));
        assertThat(found.get("r2")).isCloseTo(0, within(1e-12));
    }

    /** Whose squares are too large or too small for a double, in a unit that costs no bit. */
    @ParameterizedTest
    @ValueSource(ints = {0, 900, -900})
    void ofValuesOfAnyMagnitude(int exponent) {
        double[][] predicted = {{1.125}, {2}, {3}, {-7.3}};
        double[][] targets = {{1}, {3}, {2}, {0.1}};
        double squares = 0;
        double mean = 0;
        double spread = 0;
        for (int i = 0; i < targets.length; i++) {
            squares += StrictMath.pow(predicted[i][0] - targets[i][0], 2);
            mean += targets[i][0] / targets.length;
        }
        for (double[] target : targets) {
            spread += (target[0] - mean) * (target[0] - mean);
        }
        Map<String, Double> found =
                LabelMetrics.of(Task.REGRESSION, times(predicted, exponent), times(targets, exponent));
        assertThat(found.get("rmse")).isEqualTo(Math.scalb(Math.sqrt(squares / targets.length), exponent));
        assertThat(found.get("r2")).isEqualTo(1 - squares / spread);
    }

    private static double[][] times(double[][] rows, int exponent) {
        return Arrays.stream(rows)
                .map(row -> new double[] {Math.scalb(row[0], exponent)})
                .toArray(double[][]::new);
    }

    @Test
    void predictingOneClassAloneHasNoCorrelation() {
        double[][] one = {{0.9, 0.1}, {0.9, 0.1}, {0.9, 0.1}, {0.9, 0.1}, {0.9, 0.1}};
        Map<String, Double> found = LabelMetrics.of(Task.CLASSIFICATION, one, TWO);
        assertThat(found.get("mcc")).isZero();
        assertThat(found.get("auroc")).isEqualTo(0.5);
    }

    /** A square of them would take 20 GB. */
    @Test
    void manyClassesFit() {
        double[][] predicted = {new double[50_000], new double[50_000]};
        predicted[0][49_999] = 1;
        predicted[1][7] = 1;
        LabelMetrics.ClassCounts counts = LabelMetrics.ClassCounts.of(predicted, new double[][] {{49_999}, {8}});
        assertThat(counts.accuracy()).isEqualTo(0.5);
        assertThat(counts.f1()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(counts.matthews()).isCloseTo((1 * 2 - 1) / Math.sqrt(2 * 2), within(1e-12));
    }
}
