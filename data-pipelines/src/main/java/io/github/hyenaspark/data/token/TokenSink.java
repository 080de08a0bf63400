package io.github.hyenaspark.data.token;

import java.io.IOException;

/** Where a tokenizer puts the ids of a document, block after block, so that no document need be held whole. */
@FunctionalInterface
public interface TokenSink {
    /**
     * Takes the next ids.
     *
     * @param ids token ids; the tokenizer uses the array again, so a sink copies what it keeps
     * @param count how many of them, from the front
     * @throws IOException if they cannot be stored
     */
    void accept(int[] ids, int count) throws IOException;
}
