package io.github.hyenaspark.jobs.fit.metrics;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.util.Arrays;

/** What each fold measured, as one mean and one standard deviation. */
public final class FoldMetrics {
    private FoldMetrics() {}

    /**
     * Adds an object with {@code mean} and {@code sd} over the folds that can tell, which are those without NaN. The
     * mean is null where none can tell, and the deviation where fewer than two can.
     *
     * @param hasFolds whether there is a deviation over folds at all; it is 0 without
     */
    public static void put(ObjectNode json, String metric, double[] byFold, boolean hasFolds) {
        double[] told =
                Arrays.stream(byFold).filter(value -> !Double.isNaN(value)).toArray();
        double mean = Arrays.stream(told).average().orElse(Double.NaN);
        double squares = Arrays.stream(told)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        ObjectNode value = json.putObject(metric);
        Json.putFinite(value, "mean", mean);
        Json.putFinite(
                value, "sd", !hasFolds ? 0 : told.length < 2 ? Double.NaN : Math.sqrt(squares / (told.length - 1)));
    }
}
