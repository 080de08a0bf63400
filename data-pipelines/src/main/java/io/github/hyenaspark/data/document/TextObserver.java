package io.github.hyenaspark.data.document;

import io.github.hyenaspark.io.BulkInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Sees a text pass by, block after block, wherever the blocks are cut. Confined to one thread and one text. */
public interface TextObserver {
    /**
     * Sees the next bytes.
     *
     * @param text UTF-8; not kept, not changed
     * @param from index of the first byte
     * @param to index after the last one
     */
    void accept(byte[] text, int from, int to);

    /** The same text, seen by this observer while it is read. */
    default InputStream over(InputStream text) {
        return new ObservedInput(text, this);
    }

    /** Shows an observer what is read through it. */
    static final class ObservedInput extends BulkInputStream {
        private final InputStream in;
        private final TextObserver observer;

        ObservedInput(InputStream in, TextObserver observer) {
            this.in = in;
            this.observer = observer;
        }

        @Override
        public int read(byte[] to, int at, int count) throws IOException {
            int read = in.read(to, at, count);
            if (read > 0) {
                observer.accept(to, at, at + read);
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
