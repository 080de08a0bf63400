package io.github.hyenaspark.jobs.spark;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The documents of a task, one after the other. Confined to one thread. */
interface TextRows extends Closeable {
    /** The next document; what was not read of the one before is skipped. Empty after the last. */
    Optional<TextRow> next() throws IOException;

    /** The rest of the file that the document before is in cannot be read. */
    default void skipFile() throws IOException {}

    @Override
    default void close() throws IOException {}

    /** One document, usable until the next one is asked for. */
    interface TextRow {
        /** Its text in UTF-8; always the same stream. A fault of the document may be thrown here, too. */
        InputStream text() throws IOException;

        /** The values of the columns that stand before the result, after the text. */
        List<@Nullable Object> leading();

        /** Bytes of the text, after the text. */
        long bytes();

        /** Why the document is not to be used although it can be read, after the text. */
        default Optional<String> refusal() {
            return Optional.empty();
        }
    }
}
