package io.github.hyenaspark.jobs.spark.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.exchange.SafariConfig;
import io.github.hyenaspark.exchange.SafariTensors;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * A model in the files that {@code export} writes: its parameters, its architecture and, if it is there, the tokenizer.
 */
public record ExportedModel(Storage storage, String directory) {
    public static final String CONFIG = "config.json";
    public static final String TENSORS = "model.safetensors";

    public boolean exists() throws IOException {
        return storage.exists(uri(CONFIG));
    }

    /** For the directory of a new run: one that has an export too would be taken for that. */
    public static void refuseIfThere(Storage storage, String key, String directory) throws IOException {
        Refusal.unless(
                !new ExportedModel(storage, directory).exists(),
                key,
                directory + ", where an exported model is",
                "another directory, since a run there would be taken for that model");
    }

    /** The settings of its architecture, as {@code key=value}; {@code key} is the setting that named the directory. */
    public List<String> settings(String key) throws IOException {
        String expected = "a directory that has it beside its weights";
        Refusal.unless(exists(), key, "no " + uri(CONFIG), expected);
        return SafariConfig.settings(uri(CONFIG), config());
    }

    /** Where each parameter lies; IllegalArgumentException if a tokenizer is not of this model. */
    public List<ParameterEntry> table(ModelConfig model, Tokenizer tokenizer) throws IOException {
        int vocabularySize = SafariConfig.vocabularySize(uri(CONFIG), config());
        if (model.paddedVocabulary(vocabularySize) != model.paddedVocabulary(tokenizer.vocabularySize())) {
            throw new IllegalArgumentException("data.tokenizer: found " + tokenizer.name() + " with "
                    + tokenizer.vocabularySize() + " ids, expected the tokenizer of the " + vocabularySize
                    + " ids of " + uri(CONFIG)
                    + "; set data.tokenizer, or add the model's tokenizer.json to the directory");
        }
        return HyenaLanguageModel.tableOf(model, vocabularySize);
    }

    public boolean hasTokenizer() throws IOException {
        return storage.exists(RunTokenizer.uri(directory));
    }

    /** Its parameters in the order of a table, P; {@code key} is the setting that named the directory. */
    public float[] theta(String key, ModelConfig model, List<ParameterEntry> table) throws IOException {
        String uri = uri(TENSORS);
        Safetensors.Contents contents =
                Refusal.unlessMissing(key, "a directory with " + TENSORS + " and " + CONFIG, () -> {
                    try (InputStream in = storage.open(uri)) {
                        return Safetensors.read(uri, in, storage.length(uri));
                    }
                });
        return SafariTensors.of(model, table).read(uri, contents.tensors());
    }

    private String uri(String file) {
        return Storage.resolve(directory, file);
    }

    private JsonNode config() throws IOException {
        String uri = uri(CONFIG);
        JsonNode config = Json.parse(uri, storage.read(uri));
        if (!config.isObject()) {
            throw new CorruptFileException(uri, "an object", config.getNodeType() + "");
        }
        return config;
    }
}
