package io.github.hyenaspark.ml;

import org.apache.spark.ml.param.IntParam;
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
     * Tokens in the longest sequence that goes through the model at once, at most those that it was made for. A longer
     * document is cut into sequences that overlap by half, and every token counts once. 0, the default: as many as the
     * model was made for.
     */
    default IntParam maxLength() {
        String doc = "tokens in the longest sequence; longer documents are cut into several that overlap by half;"
                + " 0: as many as the model was made for";
        return new IntParam(this, "maxLength", doc, ParamValidators.gtEq(0));
    }

    default int getMaxLength() {
        return (int) getOrDefault(maxLength());
    }

    default S setMaxLength(int tokens) {
        return Stages.set(this, maxLength(), tokens);
    }
}
