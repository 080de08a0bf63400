package io.github.hyenaspark.data.document;

import java.io.IOException;

/** The rest of a file cannot be read, for example because an archive is truncated. */
public final class BadFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;
    private final String reason;

    /** Places the fault after {@code offset} bytes of the decompressed file; {@code reason} is without the offset. */
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
