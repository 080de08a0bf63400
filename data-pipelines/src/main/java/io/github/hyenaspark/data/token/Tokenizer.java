package io.github.hyenaspark.data.token;

import java.io.IOException;
import java.io.InputStream;

/**
 * Text to token ids and back. Tokenizers have no state: one may serve many threads. Datasets and checkpoints carry the
 * fingerprint, so that ids of one tokenizer are never read as those of another.
 */
public sealed interface Tokenizer permits ByteTokenizer {
    /**
     * The tokenizer of a name in the settings.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    static Tokenizer of(String name) {
        if (name.equals(ByteTokenizer.NAME)) {
            return new ByteTokenizer();
        }
        throw new IllegalArgumentException(
                "data.tokenizer: found \"" + name + "\", expected \"" + ByteTokenizer.NAME + "\"");
    }

    /** The name in the settings. */
    String name();

    /** SHA-256 (hex) of all that decides which ids a text has. */
    String fingerprint();

    /** V: ids are in [0, V). */
    int vocabularySize();

    /** The id that ends every document; no text contains it. */
    int endOfDocument();

    /**
     * Encodes a whole document in memory of constant size; {@link #endOfDocument()} is not appended.
     *
     * @param text the document's bytes, read to their end, not closed
     * @param sink takes the ids in order; what it took before an exception is of no use
     * @throws MalformedTextException if the bytes are not a text of this tokenizer
     * @throws IOException if the bytes cannot be read or the ids not be stored
     */
    void encode(InputStream text, TokenSink sink) throws IOException;

    /**
     * Encodes a short text, such as a prompt; {@link #endOfDocument()} is not appended.
     *
     * @throws IllegalArgumentException if the bytes are not a text of this tokenizer
     */
    int[] encode(byte[] text);

    /**
     * The bytes of some ids; {@link #endOfDocument()} has none.
     *
     * @throws IllegalArgumentException if an id is not in [0, V)
     */
    byte[] decode(int[] ids);
}
