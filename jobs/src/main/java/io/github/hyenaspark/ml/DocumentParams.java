package io.github.hyenaspark.ml;

import java.util.List;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;

/**
 * Parameters of every stage here: which column has the documents, and what becomes of those that cannot be used.
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
     * What to do with a document that has no result, because it is null, empty, or refused by the model's tokenizer:
     * {@code error}, the default, fails with the reason, {@code skip} leaves the row out, {@code keep} has null. An
     * estimator treats a row so too whose label or weight is null or not finite, whose weight is negative, or whose
     * indicator is null; {@code keep} leaves it out.
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
