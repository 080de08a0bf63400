package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The tokenizers that this JVM has read: they have no state, and a large vocabulary takes longer than a small unit. */
public final class TokenizerCache {
    private static final ConcurrentMap<String, Tokenizer> KNOWN = new ConcurrentHashMap<>();

    private TokenizerCache() {}

    /** The tokenizer of a recipe. */
    public static Tokenizer of(Storage storage, DatasetSpec recipe) throws IOException {
        return of(recipe.vocabulary().fingerprint(), () -> recipe.tokenizer(storage));
    }

    /** The tokenizer of a file. */
    public static Tokenizer of(String name, byte[] file) throws IOException {
        return of(Hashes.sha256(file), () -> Tokenizer.ofFile(name, file));
    }

    private interface Reading {
        Tokenizer read() throws IOException;
    }

    private static Tokenizer of(String key, Reading reading) throws IOException {
        Tokenizer known = KNOWN.get(key);
        if (known != null) {
            return known;
        }
        Tokenizer read = reading.read();
        KNOWN.put(key, read);
        return read;
    }
}
