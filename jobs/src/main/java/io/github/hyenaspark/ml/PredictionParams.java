package io.github.hyenaspark.ml;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * Parameters of estimators and of the models that they give.
 *
 * @param <S> the stage itself
 */
public interface PredictionParams<S extends Params> extends DocumentParams<S> {
    /** The new column with the prediction, a double; {@code prediction} by default. */
    default Param<String> predictionCol() {
        return new Param<>(this, "predictionCol", "name of the new column with the prediction");
    }

    default String getPredictionCol() {
        return getOrDefault(predictionCol());
    }

    default S setPredictionCol(String column) {
        return Stages.set(this, predictionCol(), column);
    }
}
