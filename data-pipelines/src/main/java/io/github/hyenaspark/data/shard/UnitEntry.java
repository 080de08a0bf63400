package io.github.hyenaspark.data.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.io.Serializable;

/**
 * What a snapshot says about a work unit.
 *
 * @param name the unit, as in the names of its shards
 * @param documents how many documents it gave
 * @param rejected how many it refused
 * @param digest SHA-256 (hex) over its documents: paths, contents, splits, tokens and what was refused
 */
public record UnitEntry(String name, long documents, long rejected, String digest) implements Serializable {
    /** As a JSON object. */
    public ObjectNode toJson() {
        return Json.object()
                .put("name", name)
                .put("documents", documents)
                .put("rejected", rejected)
                .put("digest", digest);
    }

    /**
     * From {@link #toJson}.
     *
     * @param where the file that holds it, for the message
     * @throws CorruptFileException if something is missing or of another type
     */
    public static UnitEntry fromJson(JsonNode json, String where) throws CorruptFileException {
        return new UnitEntry(
                Json.text(json, where, "name"),
                Json.wholeNumber(json, where, "documents"),
                Json.wholeNumber(json, where, "rejected"),
                Json.text(json, where, "digest"));
    }
}
