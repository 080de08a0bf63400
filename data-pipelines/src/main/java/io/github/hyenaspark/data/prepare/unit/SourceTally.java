package io.github.hyenaspark.data.prepare.unit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;

/**
 * What came from one source.
 *
 * @param documents in shards
 * @param bytes of their texts
 * @param tokens of these documents, their ends included
 */
public record SourceTally(long documents, long bytes, long tokens) {
    public SourceTally plus(SourceTally other) {
        return new SourceTally(documents + other.documents, bytes + other.bytes, tokens + other.tokens);
    }

    ObjectNode toJson() {
        return Json.object().put("documents", documents).put("bytes", bytes).put("tokens", tokens);
    }

    static SourceTally fromJson(JsonNode json, String where) throws CorruptFileException {
        return new SourceTally(
                Json.wholeNumber(json, where, "documents"),
                Json.wholeNumber(json, where, "bytes"),
                Json.wholeNumber(json, where, "tokens"));
    }
}
