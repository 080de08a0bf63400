package io.github.hyenaspark.data.document;

import java.io.IOException;

/** Says that a {@link DocumentStep} does not want a document; it is left out and counted under the reason. */
public final class RejectedDocumentException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * Makes the exception.
     *
     * @param reason the same for all documents that are alike in this, since they are counted by it
     */
    public RejectedDocumentException(String reason) {
        super(reason);
        this.reason = reason;
    }

    private RejectedDocumentException(String reason, RejectedDocumentException cause) {
        super(reason, cause);
        this.reason = reason;
    }

    /** Why; {@code NAME: reason} once it has left its step. */
    public String reason() {
        return reason;
    }

    RejectedDocumentException by(String step) {
        return new RejectedDocumentException(step + ": " + reason, this);
    }

    /** Whether the step is in the reason already. */
    boolean isNamed() {
        return getCause() instanceof RejectedDocumentException;
    }
}
