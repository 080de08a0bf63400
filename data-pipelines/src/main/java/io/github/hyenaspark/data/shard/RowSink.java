package io.github.hyenaspark.data.shard;

import java.io.IOException;

/** Takes the rows of a file one after the other, so that no file need be held whole. */
@FunctionalInterface
public interface RowSink<T> {
    void accept(T row) throws IOException;
}
