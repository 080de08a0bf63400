package io.github.hyenaspark.data.document;

import io.github.hyenaspark.io.BulkInputStream;
import java.io.IOException;

/** The text of one document, read from its reader's position in the file. */
public abstract class DocumentTextStream extends BulkInputStream {
    private static final int SCRATCH = 1 << 13;

    private enum State {
        OPEN,
        ENDED,
        LEFT
    }

    private State state = State.OPEN;

    /** The next bytes of the text, at least 1 asked for; -1 at its end. */
    public abstract int readText(byte[] to, int at, int count) throws IOException;

    @Override
    public final int read(byte[] to, int at, int count) throws IOException {
        if (state == State.LEFT) {
            throw new IOException(
                    "this document was refused, or its reader has moved to the next one; read a text before that");
        }
        if (state == State.ENDED) {
            return -1;
        }
        int got;
        try {
            got = count == 0 ? 0 : readText(to, at, count);
        } catch (IOException e) {
            leave();
            throw e;
        }
        if (got < 0) {
            state = State.ENDED;
        }
        return got;
    }

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

    /** Ends the document: reads fail from now on. */
    public final void leave() {
        state = State.LEFT;
    }

    /** A document of a text file, which has nothing but its text; other readers extend it. */
    public static class TextDocument implements Document {
        private final String path;
        private final long position;
        private final DocumentTextStream text;

        public TextDocument(String path, long position, DocumentTextStream text) {
            this.path = path;
            this.position = position;
            this.text = text;
        }

        @Override
        public final String path() {
            return path;
        }

        @Override
        public final long position() {
            return position;
        }

        @Override
        public final DocumentTextStream text() {
            return text;
        }
    }

    public final void checkEnded() {
        if (state != State.ENDED) {
            throw new IllegalStateException(
                    "a document says this only after its text was read to its end and before the next document");
        }
    }
}
