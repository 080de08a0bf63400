package io.github.hyenaspark.data.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.io.Serializable;

/**
 * What readers of shards must know of the tokenizer that made them: the SHA-256 (hex) of all that decides its ids, V,
 * and the id whose targets count in no loss, -1 if there is none.
 */
public record Vocabulary(String tokenizer, String fingerprint, int size, int endOfDocument, int masked)
        implements Serializable {
    private static final String MASKED = "masked";

    public Vocabulary {
        if (size < 1 || endOfDocument < 0 || endOfDocument >= size) {
            throw new IllegalArgumentException(
                    "the end-of-document id must be in [0, V), found " + endOfDocument + " in a vocabulary of " + size);
        }
        if (masked < -1 || masked >= size) {
            throw new IllegalArgumentException(
                    "the masked id must be in [0, V) or -1, found " + masked + " in a vocabulary of " + size);
        }
    }

    public ObjectNode toJson() {
        return Json.object()
                .put("name", tokenizer)
                .put("fingerprint", fingerprint)
                .put("vocabulary_size", size)
                .put("end_of_document", endOfDocument)
                .put(MASKED, masked);
    }

    /** Reads {@link #toJson}; {@code where} names the file in messages, and {@code masked} may be missing. */
    public static Vocabulary fromJson(JsonNode json, String where) throws CorruptFileException {
        long size = Json.wholeNumber(json, where, "vocabulary_size");
        long end = Json.wholeNumber(json, where, "end_of_document");
        if (size < 1 || size > Integer.MAX_VALUE || end < 0 || end >= size) {
            throw new CorruptFileException(
                    where, "an end_of_document in [0, vocabulary_size)", end + " in a vocabulary of " + size);
        }
        long masked = json.has(MASKED) ? Json.wholeNumber(json, where, MASKED) : -1;
        if (masked < -1 || masked >= size) {
            throw new CorruptFileException(
                    where, "a masked id in [0, vocabulary_size) or -1", masked + " in a vocabulary of " + size);
        }
        return new Vocabulary(
                Json.text(json, where, "name"), Json.text(json, where, "fingerprint"), (int) size, (int) end, (int)
                        masked);
    }
}
