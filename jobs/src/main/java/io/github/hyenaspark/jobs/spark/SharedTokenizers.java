package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.prepare.Recipe;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The tokenizers that this JVM has read: they have no state, and a large vocabulary takes longer than a small unit. */
final class SharedTokenizers {
    private static final ConcurrentMap<String, Tokenizer> BY_FINGERPRINT = new ConcurrentHashMap<>();

    private SharedTokenizers() {}

    static Tokenizer of(Storage storage, Recipe recipe) throws IOException {
        String fingerprint = recipe.vocabulary().fingerprint();
        Tokenizer known = BY_FINGERPRINT.get(fingerprint);
        if (known != null) {
            return known;
        }
        Tokenizer read = recipe.tokenizer(storage);
        BY_FINGERPRINT.put(fingerprint, read);
        return read;
    }
}
