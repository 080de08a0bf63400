package io.github.hyenaspark.jobs.spark.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;

/** A run keeps a copy of its dataset's tokenizer, so the run alone is enough to turn text into ids. */
public final class RunTokenizer {
    public static final String FILE = "tokenizer.json";

    private RunTokenizer() {}

    public static String uri(String run) {
        return Storage.resolve(run, FILE);
    }

    /** Copies it from the dataset, if it is not there already; throws if the run has another one. */
    public static void keep(Storage storage, String run, String dataset, DatasetSnapshot snapshot) throws IOException {
        byte[] file = storage.read(
                DatasetSpec.tokenizerUri(dataset, snapshot.vocabulary().fingerprint()));
        storage.write(uri(run), out -> out.write(file));
    }

    /** The tokenizer that a run keeps; its file says which one it is, since the settings of a run need not. */
    public static Tokenizer read(Storage storage, String run) throws IOException {
        byte[] file = storage.read(uri(run));
        JsonNode name = Json.parse(uri(run), file).path("tokenizer");
        return Tokenizer.ofFile(name.isTextual() ? name.textValue() : uri(run), file);
    }
}
