package io.github.hyenaspark.data.document;

import java.io.IOException;

/**
 * A record that violates its format. The document is refused whole, including text that was already read; the reader
 * continues with the next record.
 */
public final class BadDocumentException extends IOException {
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
