package io.github.hyenaspark.data.shard.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The sorted keys of the documents of some segments, by which duplicates are found.
 *
 * @param segments their names; empty for one whose keys are in another run by now
 * @param parts the files, a power of two; part p of P has the keys that begin with the bits of p
 */
public record KeyRun(List<String> segments, List<ObjectRef> parts) implements Serializable {
    public static final String FOLDER = "keys";

    private static final String LEFT = ""; // no segment has this name

    public KeyRun {
        segments = Collections.unmodifiableList(new ArrayList<>(segments));
        parts = Collections.unmodifiableList(new ArrayList<>(parts));
    }

    /** The same without the keys of some segments. */
    public KeyRun without(Set<String> names) {
        return new KeyRun(
                segments.stream()
                        .map(name -> names.contains(name) ? LEFT : name)
                        .toList(),
                parts);
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        segments.forEach(json.putArray("segments")::add);
        json.putArray("parts").addAll(parts.stream().map(ObjectRef::toJson).toList());
        return json;
    }

    static KeyRun fromJson(JsonNode json, String where) throws CorruptFileException {
        List<String> segments = Json.elements(json, where, "segments").stream()
                .map(JsonNode::asText)
                .toList();
        List<ObjectRef> parts = Json.list(json, where, "parts", ObjectRef::fromJson);
        if (Integer.bitCount(parts.size()) != 1) {
            throw new CorruptFileException(where, "a power of two parts of sorted keys", parts.size() + " parts");
        }
        return new KeyRun(segments, parts);
    }
}
