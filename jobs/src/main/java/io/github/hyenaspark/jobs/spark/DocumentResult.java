package io.github.hyenaspark.jobs.spark;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of one document while its sequences go through a model. */
abstract class DocumentResult {
    private final List<@Nullable Object> leading = new ArrayList<>();
    private String error = "";
    private long bytes;
    private boolean read;
    private int underWay;

    /** The values of the columns of a document that was read without a fault; null where there is none. */
    abstract List<@Nullable Object> values();

    final void sent() {
        underWay++;
    }

    final void returned() {
        underWay--;
    }

    /**
     * The document has been read.
     *
     * @param columns that stand before those of the result
     * @param textBytes bytes of its text
     * @param fault why there is no result; empty if there is one
     */
    final void end(List<@Nullable Object> columns, long textBytes, String fault) {
        leading.addAll(columns);
        bytes = textBytes;
        error = fault;
        read = true;
    }

    final boolean isComplete() {
        return read && (underWay == 0 || !error.isEmpty());
    }

    final List<@Nullable Object> leading() {
        return leading;
    }

    final String error() {
        return error;
    }

    /** Bytes of the text. */
    final long bytes() {
        return bytes;
    }
}
