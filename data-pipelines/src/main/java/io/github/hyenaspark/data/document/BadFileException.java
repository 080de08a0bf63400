package io.github.hyenaspark.data.document;

import java.io.IOException;

/** Says that the rest of a file cannot be read, for example of an archive that is cut off. */
public final class BadFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;
    private final String reason;

    /**
     * Makes the exception.
     *
     * @param uri the file
     * @param offset bytes of the decompressed file before the fault
     * @param reason what is wrong, without the offset
     */
    public BadFileException(String uri, long offset, String reason) {
        super(uri + ": " + reason + ", after " + offset + " bytes of its content; make or fetch the file again");
        this.offset = offset;
        this.reason = reason;
    }

    /** Bytes of the decompressed file before the fault. */
    public long offset() {
        return offset;
    }

    /** What is wrong, without the offset. */
    public String reason() {
        return reason;
    }
}
