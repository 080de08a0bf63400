package io.github.hyenaspark.ml;

import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;

/**
 * Parameters of a transformer that computes with a trained model as it is.
 *
 * @param <S> the stage itself
 */
public interface PretrainedParams<S extends Params> extends DocumentParams<S> {
    /**
     * URI of the model: the directory of a run, or of what {@code export} wrote, read with the session's Hadoop
     * settings. A saved stage keeps the URI, not the model.
     */
    default Param<String> pretrained() {
        return new Param<>(this, "pretrained", "URI of the directory of a run or an export");
    }

    default String getPretrained() {
        return getOrDefault(pretrained());
    }

    default S setPretrained(String uri) {
        return Stages.set(this, pretrained(), uri);
    }

    /**
     * Which checkpoint of a run: {@code newest}, the default, {@code best}, {@code average} or the number of a round,
     * as the setting {@code run.checkpoint}.
     */
    default Param<String> checkpoint() {
        return new Param<>(this, "checkpoint", "which checkpoint of a run: newest, best, average or a round");
    }

    default String getCheckpoint() {
        return getOrDefault(checkpoint());
    }

    default S setCheckpoint(String checkpoint) {
        return Stages.set(this, checkpoint(), checkpoint);
    }

    /** The new column with the result. */
    default Param<String> outputCol() {
        return new Param<>(this, "outputCol", "name of the new column with the result");
    }

    default String getOutputCol() {
        return getOrDefault(outputCol());
    }

    default S setOutputCol(String column) {
        return Stages.set(this, outputCol(), column);
    }

    /**
     * What to do with a document that has no result, because it is null, empty, or refused by the model's tokenizer:
     * {@code error}, the default, fails with the reason, {@code skip} leaves the row out, {@code keep} has null.
     */
    default Param<String> handleInvalid() {
        String doc = "what to do with a document that has no result: error (fail), skip (leave the row out) or keep"
                + " (null)";
        return new Param<>(this, "handleInvalid", doc, ParamValidators.inArray(List.of("error", "skip", "keep")));
    }

    default String getHandleInvalid() {
        return getOrDefault(handleInvalid());
    }

    default S setHandleInvalid(String choice) {
        return Stages.set(this, handleInvalid(), choice);
    }
}
