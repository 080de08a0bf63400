package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.shard.ShardFormat;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The section {@code data} of the settings.
 *
 * @param input a directory with {@code .txt} files, a file or a glob; each file is a document; only preparing needs it,
 *     otherwise it may be empty
 * @param dataset the directory of the dataset
 * @param snapshot number of the snapshot to read; empty for the newest
 * @param tokenizer name of the tokenizer
 * @param unitBytes bytes of documents in one work unit, at least 1; a longer document is a unit of its own
 * @param shardBytes bytes of one shard, 1 to 2^32-1; a longer document has a shard of its own
 * @param validationFraction share of documents that are only measured on, chosen by the hash of their content, in [0,
 *     1); not used if there are validation documents
 * @param validationDocuments file names, or paths relative to the input, of the documents that are only measured on;
 *     empty to choose by content
 */
public record DataConfig(
        String input,
        String dataset,
        String snapshot,
        String tokenizer,
        long unitBytes,
        long shardBytes,
        double validationFraction,
        List<String> validationDocuments)
        implements Serializable {
    private static final int FINGERPRINT_DIGITS = 32;
    private static final String ON_DISK = "file:";

    public DataConfig {
        Tokenizer.of(tokenizer);
        check(unitBytes >= 1, "unit-bytes", unitBytes, "at least 1 byte");
        boolean fits = shardBytes >= 1 && shardBytes < 1L << Integer.SIZE;
        check(fits, "shard-bytes", shardBytes, "1 to 4294967295 bytes");
        boolean share = validationFraction >= 0 && validationFraction < 1;
        check(share, "validation-fraction", validationFraction, "a number in [0, 1)");
        validationDocuments = Collections.unmodifiableList(new ArrayList<>(validationDocuments));
    }

    /**
     * Checks that there is something to prepare, and a place for it.
     *
     * @throws IllegalArgumentException if input or dataset are empty
     */
    void checkPlaces() {
        check(!input.isBlank(), "input", "\"" + input + "\"", "a directory, a file or a glob");
        check(!dataset.isBlank(), "dataset", "\"" + dataset + "\"", "a directory");
    }

    private static void check(boolean fits, String key, Object found, String expected) {
        if (!fits) {
            throw new IllegalArgumentException("data." + key + ": found " + found + ", expected " + expected);
        }
    }

    /**
     * The same with absolute places, for whoever reads them in another working directory.
     *
     * @throws IOException if a file system cannot be reached
     */
    public DataConfig qualified(Storage storage) throws IOException {
        return new DataConfig(
                absolute(storage, input),
                absolute(storage, dataset),
                snapshot,
                tokenizer,
                unitBytes,
                shardBytes,
                validationFraction,
                validationDocuments);
    }

    private static String absolute(Storage storage, String place) throws IOException {
        if (place.isBlank()) {
            return place;
        }
        String uri = storage.qualify(place);
        // a plain path stays one, for messages that people recognise
        return uri.startsWith(ON_DISK) && !place.startsWith(ON_DISK) ? uri.substring(ON_DISK.length()) : uri;
    }

    /** What turns texts into ids. */
    public Tokenizer newTokenizer() {
        return Tokenizer.of(tokenizer);
    }

    /** What readers must know of the tokenizer. */
    public Vocabulary vocabulary() {
        Tokenizer made = newTokenizer();
        return new Vocabulary(made.name(), made.fingerprint(), made.vocabularySize(), made.endOfDocument());
    }

    /** What the shards have in common. */
    public ShardFormat format() {
        return ShardFormat.of(newTokenizer().vocabularySize(), shardBytes);
    }

    SplitRule splitRule() {
        return new SplitRule(validationFraction, validationDocuments);
    }

    /** The settings that decide the shards, as text: all but where things are. */
    public Map<String, String> identity() {
        Map<String, String> identity = new TreeMap<>();
        identity.put("tokenizer", tokenizer);
        identity.put("unit-bytes", Long.toString(unitBytes));
        identity.put("shard-bytes", Long.toString(shardBytes));
        if (validationDocuments.isEmpty()) {
            identity.put("validation-fraction", Double.toString(validationFraction));
        } else {
            identity.put(
                    "validation-documents",
                    String.join(", ", validationDocuments.stream().sorted().toList()));
        }
        return identity;
    }

    /** 128 bits of the SHA-256 of {@link #identity()} and the tokenizer's fingerprint, 32 hexadecimal digits. */
    public String fingerprint() {
        String text = identity() + "\n" + newTokenizer().fingerprint() + "\n";
        return Hashes.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, FINGERPRINT_DIGITS);
    }
}
