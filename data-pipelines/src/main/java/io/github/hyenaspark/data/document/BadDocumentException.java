package io.github.hyenaspark.data.document;

import java.io.IOException;

/**
 * Says that a record is not what its format asks for. The document is refused whole, also what was read of its text;
 * the reader goes on with the next record.
 */
public final class BadDocumentException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;
    private final String reason;
    private final byte[] beginning;

    /**
     * Makes the exception.
     *
     * @param offset byte offset in the decompressed file of what is wrong, or a row's number in Parquet
     * @param reason what is wrong, without the offset
     * @param beginning the record's first bytes, at most 256; not copied
     */
    public BadDocumentException(long offset, String reason, byte[] beginning) {
        super(reason + " (at " + offset + ")");
        this.offset = offset;
        this.reason = reason;
        this.beginning = beginning;
    }

    /** Byte offset in the decompressed file of what is wrong, or a row's number in Parquet. */
    public long offset() {
        return offset;
    }

    /** What is wrong, without the offset. */
    public String reason() {
        return reason;
    }

    /** The record's first bytes, at most 256; not a copy. */
    public byte[] beginning() {
        return beginning;
    }
}
