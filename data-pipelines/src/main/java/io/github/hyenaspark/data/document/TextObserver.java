package io.github.hyenaspark.data.document;

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
}
