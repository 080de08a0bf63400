package io.github.hyenaspark.data.document;

import io.github.hyenaspark.io.BulkInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A {@link DocumentStep} leaves a document out; it is counted under the reason. */
public final class RejectedDocumentException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /** Rejects for a reason, by which documents are counted: use the same one for all of a kind. */
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

    /** The same with the name of its step in the reason; an inner step's name stays. */
    RejectedDocumentException by(String step) {
        boolean named = getCause() instanceof RejectedDocumentException;
        return named ? this : new RejectedDocumentException(step + ": " + reason, this);
    }

    /** The text that a step gives; a rejection while it is read names the step. */
    static final class NamingInput extends BulkInputStream {
        private final String step;

        NamingInput(String step, InputStream in) {
            super(in);
            this.step = step;
        }

        @Override
        public int read(byte[] to, int at, int count) throws IOException {
            try {
                return in.read(to, at, count);
            } catch (RejectedDocumentException e) {
                throw e.by(step);
            }
        }
    }
}
