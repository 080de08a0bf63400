package io.github.hyenaspark.io;

import java.io.IOException;
import java.io.OutputStream;

/** What goes into a file: writes all its bytes when asked, the same ones each time. */
@FunctionalInterface
public interface Content {
    /**
     * Writes every byte; does not close the stream.
     *
     * @throws IOException if the stream fails
     */
    void writeTo(OutputStream out) throws IOException;
}
