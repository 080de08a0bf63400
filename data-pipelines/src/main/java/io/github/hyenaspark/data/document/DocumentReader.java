package io.github.hyenaspark.data.document;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;

/** The documents of a slice in order, in constant memory. Confined to one thread. */
public interface DocumentReader extends Closeable {
    /**
     * The next document, empty at the end of the slice; the unread rest of the previous one is skipped.
     *
     * @throws BadDocumentException if this record is unusable; the next call continues with the next record
     */
    Optional<Document> next() throws IOException;

    /** How much of the slice has been read, in [0, 1], if it is counted in rows; else empty. */
    default OptionalDouble shareOfRows() {
        return OptionalDouble.empty();
    }
}
