package io.github.hyenaspark.data.document;

import io.github.hyenaspark.io.BulkInputStream;
import java.io.IOException;

/** The text of one document, read from its reader's place in the file. */
public abstract class DocumentTextStream extends BulkInputStream {
    private static final int SCRATCH = 1 << 13;

    private enum State {
        OPEN,
        ENDED,
        LEFT
    }

    private State state = State.OPEN;
    private long sourceBytes;

    /**
     * The next bytes of the text; -1 at its end.
     *
     * @param count 1 or more
     */
    public abstract int readText(byte[] to, int at, int count) throws IOException;

    /** Bytes of the stored file since the document before; called once, at the end of the text. */
    public abstract long consumed();

    @Override
    public final int read(byte[] to, int at, int count) throws IOException {
        if (state == State.LEFT) {
            throw new IOException(
                    "this document was refused, or its reader stands at the next one; read a text before");
        }
        if (state == State.ENDED) {
            return -1;
        }
        int got = count == 0 ? 0 : readOrLeave(to, at, count);
        if (got < 0) {
            state = State.ENDED;
            sourceBytes = consumed();
        }
        return got;
    }

    private int readOrLeave(byte[] to, int at, int count) throws IOException {
        try {
            return readText(to, at, count);
        } catch (IOException e) {
            leave();
            throw e;
        }
    }

    /** Reads what is left. */
    public final void skipRest() throws IOException {
        if (state == State.OPEN) {
            byte[] scratch = new byte[SCRATCH];
            int got;
            do {
                got = readText(scratch, 0, SCRATCH);
            } while (got >= 0);
        }
        leave();
    }

    /** The document is over; reads fail from now on. */
    public final void leave() {
        state = State.LEFT;
    }

    /** What was consumed, once the text has ended. */
    public final long sourceBytes() {
        checkEnded();
        return sourceBytes;
    }

    /** Refuses to say what is only known at the text's end. */
    public final void checkEnded() {
        if (state != State.ENDED) {
            throw new IllegalStateException(
                    "a document says this only after its text was read to its end and before the next document");
        }
    }
}
