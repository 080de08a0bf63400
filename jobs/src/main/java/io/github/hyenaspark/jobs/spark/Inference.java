package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/**
 * What is computed of documents.
 *
 * @param <R> the result of one document
 */
interface Inference<R extends DocumentResult> extends Serializable {
    /** The columns of a result, in the order of {@link DocumentResult#values}. */
    StructType columns();

    /** Inputs by which a sequence overlaps the one before, in [0, L). */
    int overlap();

    /** The result of a document of which nothing was computed so far. */
    R begin();

    /**
     * Computes a batch and adds to the results.
     *
     * @param rows the batch's sequences, in order
     */
    void run(HyenaLanguageModel model, Batch batch, List<DocumentSequence<R>> rows);
}
