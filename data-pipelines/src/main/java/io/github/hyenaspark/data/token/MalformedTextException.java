package io.github.hyenaspark.data.token;

import java.io.IOException;

/** Says that a text is not what its tokenizer reads; the document is refused whole. */
public final class MalformedTextException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;
    private final String reason;

    /**
     * Makes the exception.
     *
     * @param offset byte offset in the document of the first byte that is wrong, or its length if bytes are missing
     * @param reason what is wrong, without the offset
     */
    public MalformedTextException(long offset, String reason) {
        super(reason);
        this.offset = offset;
        this.reason = reason;
    }

    /** The byte offset of the fault in the document. */
    public long offset() {
        return offset;
    }

    /** What is wrong, without the offset. */
    public String reason() {
        return reason;
    }
}
