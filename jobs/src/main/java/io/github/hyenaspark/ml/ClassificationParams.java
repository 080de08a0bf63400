package io.github.hyenaspark.ml;

import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * Parameters of a classifier and of its model.
 *
 * @param <S> the stage itself
 */
public interface ClassificationParams<S extends Params> extends PredictionParams<S> {
    /** The new column with the probability of every class, a vector; {@code probability} by default, none if empty. */
    default Param<String> probabilityCol() {
        return new Param<>(this, "probabilityCol", "name of the new column with probabilities; empty: none");
    }

    default String getProbabilityCol() {
        return getOrDefault(probabilityCol());
    }

    default S setProbabilityCol(String column) {
        return Stages.set(this, probabilityCol(), column);
    }

    /**
     * The new column with the logarithms of probabilities, a vector; {@code rawPrediction} by default, none if empty.
     */
    default Param<String> rawPredictionCol() {
        String doc = "name of the new column with the logarithms of probabilities; empty: none";
        return new Param<>(this, "rawPredictionCol", doc);
    }

    default String getRawPredictionCol() {
        return getOrDefault(rawPredictionCol());
    }

    default S setRawPredictionCol(String column) {
        return Stages.set(this, rawPredictionCol(), column);
    }

    /**
     * One number for each class, by which its probability is divided before the greatest decides; at most one of them
     * 0, all others positive. If it is not set, the likeliest class is predicted.
     */
    default DoubleArrayParam thresholds() {
        String doc = "one number for each class, by which its probability is divided before the greatest decides;"
                + " none negative, at most one of them 0";
        return new DoubleArrayParam(this, "thresholds", doc, Stages.VALID_THRESHOLDS);
    }

    default double[] getThresholds() {
        return getOrDefault(thresholds());
    }

    default S setThresholds(double... thresholds) {
        return Stages.set(this, thresholds(), thresholds);
    }
}
