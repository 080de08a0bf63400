package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** What is computed of documents; {@code R} is the result of one. */
interface Inference<R extends Inference.Result> extends Serializable {
    /** The columns of a result, in the order of {@link Result#values}. */
    StructType columns();

    SequenceBatcher.Windows windows();

    /** The result of a document of which nothing was computed so far. */
    R begin();

    /** Computes a batch and adds to the results; {@code rows} are its sequences, in order. */
    void run(HyenaLanguageModel model, Batch batch, List<SequenceBatcher.DocumentSequence<R>> rows);

    /** The result of one document while its sequences go through a model. */
    abstract static class Result {
        private final List<@Nullable Object> leading = new ArrayList<>();
        private String error = "";
        private long bytes;
        private boolean read;
        private int underWay;
        private long tokens;

        /** The values of the columns of a document that was read without a fault; null where there is none. */
        abstract List<@Nullable Object> values();

        /** A sequence is on its way that brings results for so many tokens. */
        final void sent(int more) {
            underWay++;
            tokens += more;
        }

        final void returned() {
            underWay--;
        }

        /** The document has been read. The columns stand before the result; an empty fault says that there is one. */
        final void end(List<@Nullable Object> columns, long textBytes, String fault) {
            leading.addAll(columns);
            bytes = textBytes;
            error = fault;
            read = true;
        }

        final boolean isComplete() {
            return read && (underWay == 0 || !error.isEmpty());
        }

        /** How many tokens have a result, or will have one. */
        final long tokens() {
            return tokens;
        }

        final List<@Nullable Object> leading() {
            return leading;
        }

        final String error() {
            return error;
        }

        final long bytes() {
            return bytes;
        }
    }
}
