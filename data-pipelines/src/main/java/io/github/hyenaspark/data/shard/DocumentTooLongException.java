package io.github.hyenaspark.data.shard;

import java.io.IOException;

/** Says that a document has more tokens than a shard can hold; it is refused whole. */
public final class DocumentTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    DocumentTooLongException(long longest) {
        super("the document has more than " + longest + " tokens, the most that a shard holds");
        this.reason = "more than " + longest + " tokens, the most that a shard holds";
    }

    /** What is wrong, in short. */
    public String reason() {
        return reason;
    }
}
