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

    /**
     * A record that violates its format. The document is refused whole, including text that was already read; the
     * reader continues with the next record.
     */
    final class BadDocumentException extends IOException {
        private static final long serialVersionUID = 1L;

        private final long offset;
        private final String reason;
        private final byte[] beginning;

        /** Places the fault at a byte of the decompressed file, or a row of Parquet. */
        public BadDocumentException(long offset, String reason, byte[] beginning) {
            super(reason + " (at " + offset + ")");
            this.offset = offset;
            this.reason = reason;
            this.beginning = beginning;
        }

        public long offset() {
            return offset;
        }

        public String reason() {
            return reason;
        }

        public byte[] beginning() {
            return beginning;
        }
    }

    /** The rest of a file cannot be read, for example because an archive is truncated. */
    final class BadFileException extends IOException {
        private static final long serialVersionUID = 1L;

        private final long offset;
        private final String reason;

        /**
         * Places the fault after {@code offset} bytes of the decompressed file; {@code reason} is without the offset.
         */
        public BadFileException(String uri, long offset, String reason) {
            super(uri + ": " + reason + ", after " + offset + " bytes of its content; make or fetch the file again");
            this.offset = offset;
            this.reason = reason;
        }

        public long offset() {
            return offset;
        }

        public String reason() {
            return reason;
        }
    }
}
