package io.github.hyenaspark.data.shard.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a snapshot says about a work unit: the SHA-256 (hex) of its record without times of change, its shards, train
 * first, its part of the document table, and its quarantine and list of duplicates, if any.
 */
public record UnitEntry(String name, String digest, Counts counts, List<ShardEntry> shards, List<ObjectRef> objects)
        implements Serializable {
    public UnitEntry {
        shards = Collections.unmodifiableList(new ArrayList<>(shards));
        objects = Collections.unmodifiableList(new ArrayList<>(objects));
    }

    /**
     * What became of a unit's documents: those in its shards, those a filter or step refused, unreadable ones; and of
     * those in shards the ones that every plan leaves out, equal or nearly equal to an earlier document.
     */
    public record Counts(long documents, long filtered, long bad, long exactDuplicates, long nearDuplicates)
            implements Serializable {
        public static final Counts NONE = new Counts(0, 0, 0, 0, 0);

        public long duplicates() {
            return exactDuplicates + nearDuplicates;
        }

        Counts with(long exact, long near) {
            return new Counts(documents, filtered, bad, exact, near);
        }

        void putTo(ObjectNode json) {
            json.put("documents", documents)
                    .put("filtered", filtered)
                    .put("bad", bad)
                    .put("exact_duplicates", exactDuplicates)
                    .put("near_duplicates", nearDuplicates);
        }

        static Counts fromJson(JsonNode json, String where) throws CorruptFileException {
            return new Counts(
                    Json.wholeNumber(json, where, "documents"),
                    Json.wholeNumber(json, where, "filtered"),
                    Json.wholeNumber(json, where, "bad"),
                    Json.wholeNumber(json, where, "exact_duplicates"),
                    Json.wholeNumber(json, where, "near_duplicates"));
        }

        public Counts plus(Counts other) {
            return new Counts(
                    documents + other.documents,
                    filtered + other.filtered,
                    bad + other.bad,
                    exactDuplicates + other.exactDuplicates,
                    nearDuplicates + other.nearDuplicates);
        }
    }

    UnitEntry with(long exact, long near) {
        return new UnitEntry(name, digest, counts.with(exact, near), shards, objects);
    }

    public Optional<ObjectRef> object(String folder) {
        return objects.stream().filter(object -> object.isIn(folder)).findFirst();
    }

    public List<ObjectRef> files() {
        return Stream.concat(shards.stream().flatMap(shard -> shard.files().stream()), objects.stream())
                .toList();
    }

    public List<ShardEntry> shards(Split split) {
        return shards.stream().filter(shard -> shard.split() == split).toList();
    }

    public ObjectNode toJson() {
        ObjectNode json = Json.object().put("name", name).put("digest", digest);
        counts.putTo(json);
        putFiles(json, shards, objects);
        return json;
    }

    public static UnitEntry fromJson(JsonNode json, String where) throws CorruptFileException {
        return new UnitEntry(
                Json.text(json, where, "name"),
                Json.text(json, where, "digest"),
                Counts.fromJson(json, where),
                shards(json, where),
                objects(json, where));
    }

    public static void putFiles(ObjectNode json, List<ShardEntry> shards, List<ObjectRef> objects) {
        json.putArray("shards").addAll(shards.stream().map(ShardEntry::toJson).toList());
        json.putArray("objects").addAll(objects.stream().map(ObjectRef::toJson).toList());
    }

    public static List<ShardEntry> shards(JsonNode json, String where) throws CorruptFileException {
        return Json.list(json, where, "shards", ShardEntry::fromJson);
    }

    public static List<ObjectRef> objects(JsonNode json, String where) throws CorruptFileException {
        return Json.list(json, where, "objects", ObjectRef::fromJson);
    }
}
