package io.github.hyenaspark.data.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;

/**
 * A document whose tokens are in a shard.
 *
 * @param document as it was listed
 * @param sha256 of its text's bytes, hex
 * @param split where it belongs
 * @param tokens how many, its end included
 */
public record PreparedDocument(Document document, String sha256, Split split, long tokens) {
    ObjectNode toJson() {
        return Json.object()
                .put("id", document.id())
                .put("path", document.path())
                .put("uri", document.uri())
                .put("bytes", document.bytes())
                .put("modified_millis", document.modifiedMillis())
                .put("sha256", sha256)
                .put("split", split.folder())
                .put("tokens", tokens);
    }

    static PreparedDocument fromJson(JsonNode json, String where) throws CorruptFileException {
        var document = new Document(
                Json.text(json, where, "id"),
                Json.text(json, where, "path"),
                Json.text(json, where, "uri"),
                Json.wholeNumber(json, where, "bytes"),
                Json.wholeNumber(json, where, "modified_millis"));
        String split = Json.text(json, where, "split");
        try {
            return new PreparedDocument(
                    document,
                    Json.text(json, where, "sha256"),
                    Split.ofFolder(split),
                    Json.wholeNumber(json, where, "tokens"));
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(where, "train or validation as \"split\"", "\"" + split + "\"");
        }
    }
}
