package io.github.hyenaspark.ml;

import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;

/**
 * Parameters of every stage here: which column has the documents, and how long a sequence is.
 *
 * @param <S> the stage itself
 */
public interface DocumentParams<S extends Params> extends Params {
    /** The column with the documents, of strings: text, or bases where the model is one of DNA. */
    default Param<String> inputCol() {
        return new Param<>(this, "inputCol", "column of strings with the documents");
    }

    default String getInputCol() {
        return getOrDefault(inputCol());
    }

    default S setInputCol(String column) {
        return Stages.set(this, inputCol(), column);
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
