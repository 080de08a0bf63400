package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class FoldMetricsTest {
    private static ObjectNode of(boolean hasFolds, double... byFold) {
        ObjectNode json = Json.object();
        LabelMetrics.putOverFolds(json, "auroc", byFold, hasFolds);
        return (ObjectNode) json.get("auroc");
    }

    @Test
    void foldsThatCannotTellAreLeftOut() {
        assertThat(of(true, 0.5, 1)).hasToString("{\"mean\":0.75,\"sd\":" + Math.sqrt(0.125) + "}");
        assertThat(of(true, 0.5, Double.NaN, 1)).isEqualTo(of(true, 0.5, 1));
        assertThat(of(true, Double.NaN, 1)).hasToString("{\"mean\":1.0,\"sd\":null}");
        assertThat(of(true, Double.NaN, Double.NaN)).hasToString("{\"mean\":null,\"sd\":null}");
        assertThat(of(false, 1)).hasToString("{\"mean\":1.0,\"sd\":0.0}");
    }

    @Test
    void documentsOfOneClassOrValueCannotTell() {
        double[][] predicted = {{0.9, 0.1}, {0.6, 0.4}};
        assertThat(LabelMetrics.of(Task.CLASSIFICATION, predicted, new double[][] {{0}, {0}}))
                .containsEntry("auroc", Double.NaN)
                .containsEntry("accuracy", 1.0);
        assertThat(LabelMetrics.of(Task.REGRESSION, new double[][] {{1}, {2}}, new double[][] {{3}, {3}}))
                .containsEntry("r2", Double.NaN)
                .containsEntry("rmse", Math.sqrt(2.5));
        double[][] tenths = new double[10][];
        Arrays.setAll(tenths, i -> new double[] {0.1});
        double[][] other = new double[10][];
        Arrays.setAll(other, i -> new double[] {0.2});
        assertThat(LabelMetrics.of(Task.REGRESSION, other, tenths))
                .as("whose rounded mean is another number")
                .containsEntry("r2", Double.NaN);
        double[][] two = {{1, 5}, {2, 7}};
        assertThat(LabelMetrics.of(Task.REGRESSION, two, new double[][] {{1, 3}, {2, 3}}))
                .as("of the value that differs")
                .containsEntry("r2", 1.0);
    }
}
