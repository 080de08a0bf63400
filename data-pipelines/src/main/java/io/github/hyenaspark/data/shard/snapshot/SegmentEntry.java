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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot says about a {@link Segment}: its file, which of its units have left the dataset (ascending numbers),
 * where the duplicates among its documents are listed, if it has any, and what remains, added up.
 */
public record SegmentEntry(
        ObjectRef file, List<Integer> gone, @Nullable ObjectRef duplicateList, Totals totals) implements Serializable {
    public SegmentEntry {
        gone = Collections.unmodifiableList(new ArrayList<>(gone));
    }

    public Optional<ObjectRef> duplicates() {
        return Optional.ofNullable(duplicateList);
    }

    /** The same with other duplicates. */
    public SegmentEntry with(@Nullable ObjectRef list, long exact, long near, long tokens) {
        return new SegmentEntry(file, gone, list, totals.with(exact, near, tokens));
    }

    /** The segment's name, a hash of its units: the name of its file without folder and ending. */
    public String id() {
        return file.file().substring(file.file().indexOf('/') + 1, file.file().lastIndexOf('.'));
    }

    ObjectNode toJson() {
        ObjectNode json = file.toJson();
        if (!gone.isEmpty()) {
            gone.forEach(json.putArray("gone")::add);
        }
        if (duplicateList != null) {
            json.set("duplicates", duplicateList.toJson());
        }
        json.set("totals", totals.toJson());
        return json;
    }

    static SegmentEntry fromJson(JsonNode json, String where) throws CorruptFileException {
        List<Integer> gone = new ArrayList<>();
        if (json.has("gone")) {
            for (JsonNode number : Json.elements(json, where, "gone")) {
                gone.add(number.intValue());
            }
        }
        return new SegmentEntry(
                ObjectRef.fromJson(json, where),
                gone,
                json.has("duplicates") ? ObjectRef.fromJson(Json.object(json, where, "duplicates"), where) : null,
                Totals.fromJson(Json.object(json, where, "totals"), where));
    }
}
