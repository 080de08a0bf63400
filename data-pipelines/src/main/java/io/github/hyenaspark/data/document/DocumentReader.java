package io.github.hyenaspark.data.document;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** The documents of a slice, one after the other, in memory of constant size. Confined to one thread. */
public interface DocumentReader extends Closeable {
    /**
     * The next document; what was not read of the one before is skipped.
     *
     * @return empty at the end of the slice
     * @throws BadDocumentException if this record is unusable; the next call goes on with the next record
     * @throws BadFileException if the rest of the file cannot be read
     */
    Optional<Document> next() throws IOException;
}
