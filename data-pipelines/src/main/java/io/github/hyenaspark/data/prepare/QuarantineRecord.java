package io.github.hyenaspark.data.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;

/**
 * A document that was refused whole.
 *
 * @param path relative to the input
 * @param uri where it is
 * @param offset byte offset of the fault
 * @param reason what is wrong
 */
public record QuarantineRecord(String path, String uri, long offset, String reason) {
    ObjectNode toJson() {
        return Json.object()
                .put("path", path)
                .put("uri", uri)
                .put("offset", offset)
                .put("reason", reason);
    }

    static QuarantineRecord fromJson(JsonNode json, String where) throws CorruptFileException {
        return new QuarantineRecord(
                Json.text(json, where, "path"),
                Json.text(json, where, "uri"),
                Json.wholeNumber(json, where, "offset"),
                Json.text(json, where, "reason"));
    }
}
