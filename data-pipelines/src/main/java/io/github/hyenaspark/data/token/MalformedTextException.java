package io.github.hyenaspark.data.token;

import java.io.IOException;

/** A text that its tokenizer cannot read; the document is refused whole. */
public final class MalformedTextException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;
    private final String reason;

    /** Places the fault: the offset of the first wrong byte, or the text's length if bytes are missing. */
    public MalformedTextException(long offset, String reason) {
        super(reason);
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
