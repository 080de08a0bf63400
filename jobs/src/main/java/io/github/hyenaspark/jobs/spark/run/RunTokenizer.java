package io.github.hyenaspark.jobs.spark.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Optional;

/** A run keeps a copy of its dataset's tokenizer, so the run alone is enough to turn text into ids. */
public final class RunTokenizer {
    public static final String FILE = "tokenizer.json";

    /** The default of the setting {@code data.tokenizer}: as good as no tokenizer named. */
    private static final String UNSET = "bytes";

    private RunTokenizer() {}

    public static String uri(String run) {
        return Storage.resolve(run, FILE);
    }

    /**
     * Copies it from the dataset, if it is not there already; IllegalArgumentException if the run, which may have no
     * checkpoint yet, has another one.
     */
    public static void keep(Storage storage, String run, String dataset, DatasetSnapshot snapshot) throws IOException {
        Vocabulary asked = snapshot.vocabulary();
        Optional<String> kept = fingerprint(storage, run);
        if (kept.isPresent() && !kept.get().equals(asked.fingerprint())) {
            throw new IllegalArgumentException("data.dataset: " + dataset + " has the tokenizer " + asked.tokenizer()
                    + " (" + asked.fingerprint() + "), expected that with which the run in " + run + " began ("
                    + kept.get() + "); choose another run.dir, or the dataset of that run");
        }
        byte[] file = storage.read(DatasetSpec.tokenizerUri(dataset, asked.fingerprint()));
        storage.write(uri(run), out -> out.write(file));
    }

    /**
     * Refuses a setting {@code data.tokenizer} that names another one than what is there has; {@code owner} says what
     * that is, and {@code otherwise} what to do if the tokenizer is right.
     */
    public static void refuseOther(
            Storage storage, String asked, String owner, String name, String fingerprint, String otherwise)
            throws IOException {
        if (asked.equals(UNSET)) {
            return;
        }
        if (!Tokenizer.exists(storage, asked)) {
            throw new IllegalArgumentException("data.tokenizer: there is no " + asked + ", which is none of ours; leave"
                    + " it out, since " + owner + " has its tokenizer");
        }
        String found = Tokenizer.open(storage, asked).fingerprint();
        if (!found.equals(fingerprint)) {
            throw new IllegalArgumentException("data.tokenizer: found " + asked + " (" + found
                    + "), expected the tokenizer of " + owner + ", " + name + " (" + fingerprint
                    + "); leave it out, or "
                    + otherwise);
        }
    }

    /** Of the tokenizer that a run keeps; empty if there is none, or none that can be read, such as one cut short. */
    private static Optional<String> fingerprint(Storage storage, String run) throws IOException {
        if (!storage.exists(uri(run))) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(storage, run).fingerprint());
        } catch (CorruptFileException e) {
            return Optional.empty();
        }
    }

    /** The tokenizer that a run keeps; its file says which one it is, since the settings of a run need not. */
    public static Tokenizer read(Storage storage, String run) throws IOException {
        byte[] file = storage.read(uri(run));
        JsonNode name = Json.parse(uri(run), file).path("tokenizer");
        return Tokenizer.ofFile(name.isTextual() ? name.textValue() : uri(run), file);
    }
}
