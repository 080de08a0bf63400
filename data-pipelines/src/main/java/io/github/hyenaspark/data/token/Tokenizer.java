package io.github.hyenaspark.data.token;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Text to token ids and back. Tokenizers are stateless: one may serve many threads. Datasets and checkpoints carry the
 * fingerprint, so that ids of one tokenizer are never read as those of another.
 */
public sealed interface Tokenizer permits DescribedTokenizer, BpeTokenizer {
    /** What {@link #masked()} returns if no id marks a masked token. */
    int NO_ID = -1;

    /** The setting that names a tokenizer, and what it may be. */
    String KEY = "data.tokenizer";

    String EXPECTED = "\"bytes\", \"dna\", \"gpt2\", \"symbols-V\", a tokenizer.json or a folder that has one";

    /** The ending of a name that is the URI of a {@code tokenizer.json}. */
    String FILE_ENDING = ".json";

    /** The file of a tokenizer in its folder. */
    String FILE = "tokenizer.json";

    /**
     * The tokenizer of a name in the settings. IllegalArgumentException if the name is unknown, or the file is missing
     * or uses an unsupported feature. CorruptFileException if the file is not a {@code tokenizer.json}.
     */
    static Tokenizer open(Storage storage, String name) throws IOException {
        String place = place(storage, name);
        return place.endsWith(FILE_ENDING)
                ? ofFile(place, Refusal.unlessMissing(KEY, EXPECTED, () -> storage.read(place)))
                : of(place);
    }

    /** Whether {@link #open} would find the tokenizer of a name. */
    static boolean exists(Storage storage, String name) throws IOException {
        String place = place(storage, name);
        return place.endsWith(FILE_ENDING) ? storage.exists(place) : isKnown(place);
    }

    /** A name in the settings; if it is a folder with a {@code tokenizer.json}, the URI of that file. */
    static String place(Storage storage, String name) throws IOException {
        boolean folder = !name.isBlank() && !isKnown(name) && storage.exists(Storage.resolve(name, FILE));
        return folder ? Storage.resolve(name, FILE) : name;
    }

    /**
     * The tokenizer {@code bytes}, {@code dna}, {@code gpt2}, {@code symbols-V} or {@code symbols-listops}; refuses
     * other names.
     */
    static Tokenizer of(String name) {
        if (SymbolTokenizer.isNameOf(name)) {
            return SymbolTokenizer.of(name);
        }
        return switch (name) {
            case ByteTokenizer.NAME -> new ByteTokenizer();
            case DnaTokenizer.NAME -> new DnaTokenizer();
            case Gpt2Vocabulary.NAME -> Gpt2Vocabulary.tokenizer();
            default -> throw new IllegalArgumentException(KEY + ": found \"" + name + "\", expected " + EXPECTED);
        };
    }

    /** Whether this is the name of a tokenizer or of a file, which is not looked for. */
    private static boolean isKnown(String name) {
        return name.equals(ByteTokenizer.NAME)
                || name.equals(DnaTokenizer.NAME)
                || name.equals(Gpt2Vocabulary.NAME)
                || SymbolTokenizer.isNameOf(name)
                || name.endsWith(FILE_ENDING);
    }

    /** The tokenizer whose {@link #file()} was stored; refuses other files and unsupported features. */
    static Tokenizer ofFile(String name, byte[] file) throws CorruptFileException {
        if (!name.equals(ByteTokenizer.NAME) && !name.equals(DnaTokenizer.NAME) && !SymbolTokenizer.isNameOf(name)) {
            return new BpeTokenizer(name, new TokenizerJsonReader(name, Json.parse(name, file)).vocabulary());
        }
        Tokenizer tokenizer = of(name);
        if (!Arrays.equals(tokenizer.file(), file)) {
            throw new CorruptFileException("the file of the tokenizer " + name, "its description", "other bytes");
        }
        return tokenizer;
    }

    String name();

    /** SHA-256 (hex) of all that decides a text's ids. */
    String fingerprint();

    int vocabularySize();

    /** The id that ends every document; no text contains it. */
    int endOfDocument();

    /** The id that is never predicted and counts in no loss; {@link #NO_ID} if there is none. */
    default int masked() {
        return NO_ID;
    }

    /**
     * Encodes a whole document in constant memory; {@link #endOfDocument()} is not appended.
     *
     * @param sink takes the ids in order; after an exception they are useless
     * @return occurrences of special tokens' spellings, which were encoded as ordinary text
     * @throws MalformedTextException if the bytes are not a text of this tokenizer
     */
    long encode(InputStream text, TokenSink sink) throws IOException;

    /** Encodes a short text, such as a prompt; {@link #endOfDocument()} is not appended. */
    default int[] encode(byte[] text) {
        var all = IntStream.builder();
        try {
            encode(
                    new ByteArrayInputStream(text),
                    (ids, count) -> Arrays.stream(ids, 0, count).forEach(all));
        } catch (MalformedTextException e) {
            throw new IllegalArgumentException(
                    e.reason() + ", at byte " + e.offset() + " of " + text.length + " of the text", e);
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory could not be read", e);
        }
        return all.build().toArray();
    }

    /** The bytes of some ids in [0, V); {@link #endOfDocument()} and other special tokens have none. */
    byte[] decode(int[] ids);

    /** All that decides the ids, as a file that {@link #ofFile} reads; equal bytes for equal fingerprints. */
    byte[] file();

    /** Takes the ids of a document block after block, so that no document need be held whole. */
    @FunctionalInterface
    interface TokenSink {
        /** Takes the first {@code count} ids of an array that the tokenizer reuses: copy what is kept. */
        void accept(int[] ids, int count) throws IOException;
    }

    /** A text that its tokenizer cannot read; the document is refused whole. */
    final class MalformedTextException extends IOException {
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
}
