package io.github.hyenaspark.data.shard;

import java.io.IOException;

/**
 * Where the rows of a file go, one after the other, so that no file need be held whole.
 *
 * @param <T> what a row is
 */
@FunctionalInterface
public interface RowSink<T> {
    /** Takes the next row. */
    void accept(T row) throws IOException;
}
