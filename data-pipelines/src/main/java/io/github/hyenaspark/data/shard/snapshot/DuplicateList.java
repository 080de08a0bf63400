package io.github.hyenaspark.data.shard.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.SealedJson;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The documents of one unit that an earlier document of the dataset makes redundant, in ascending order, near
 * duplicates without exact ones: the file {@code duplicates/UNIT-HASH.json}. They stay in their shards; plans leave
 * them out. A document's number counts the documents of its split in the unit, across its shards.
 */
public record DuplicateList(String unit, Map<Split, int[]> exact, Map<Split, int[]> near) {
    public static final String FOLDER = "duplicates";

    private static final long FORMAT = 1;
    private static final int HASH_DIGITS = 16;

    public boolean isEmpty() {
        return count(exact) + count(near) == 0;
    }

    public long exactCount() {
        return count(exact);
    }

    public long nearCount() {
        return count(near);
    }

    private static long count(Map<Split, int[]> numbers) {
        return numbers.values().stream().mapToLong(some -> some.length).sum();
    }

    public ObjectRef write(Storage storage, String dataset) throws IOException {
        byte[] bytes = bytes();
        String file = FOLDER + "/" + unit + "-" + Hashes.sha256(bytes).substring(0, HASH_DIGITS) + ".json";
        return ObjectRef.of(FOLDER, storage.write(Storage.resolve(dataset, file), out -> out.write(bytes)));
    }

    private byte[] bytes() {
        ObjectNode json = Json.object().put("format", FORMAT).put("unit", unit);
        json.set("exact", toJson(exact));
        json.set("near", toJson(near));
        return SealedJson.SEAL.seal(json);
    }

    private static ObjectNode toJson(Map<Split, int[]> numbers) {
        ObjectNode json = Json.object();
        for (Split split : Split.values()) {
            ArrayNode array = json.putArray(split.folder());
            Arrays.stream(numbers.getOrDefault(split, new int[0])).forEach(array::add);
        }
        return json;
    }

    /** The list of a unit, empty if it has none. */
    public static DuplicateList of(Storage storage, String dataset, UnitEntry unit) throws IOException {
        Optional<ObjectRef> facts = unit.object(FOLDER);
        if (facts.isEmpty()) {
            return new DuplicateList(unit.name(), Map.of(), Map.of());
        }
        String uri = Storage.resolve(dataset, facts.get().file());
        byte[] bytes = facts.get().read(storage, dataset);
        ObjectNode json = SealedJson.SEAL.open(uri, bytes);
        long format = Json.wholeNumber(json, uri, "format");
        if (format != FORMAT) {
            throw new CorruptFileException(uri, "format " + FORMAT, "format " + format);
        }
        return new DuplicateList(
                Json.text(json, uri, "unit"),
                fromJson(Json.object(json, uri, "exact"), uri),
                fromJson(Json.object(json, uri, "near"), uri));
    }

    private static Map<Split, int[]> fromJson(ObjectNode json, String where) throws CorruptFileException {
        Map<Split, int[]> numbers = new HashMap<>();
        for (Split split : Split.values()) {
            List<JsonNode> elements = Json.elements(json, where, split.folder());
            numbers.put(split, elements.stream().mapToInt(JsonNode::intValue).toArray());
        }
        return numbers;
    }

    /** The documents that plans leave out: ascending numbers in each affected shard, by the shard's file. */
    public static Map<String, int[]> ofShards(Storage storage, String dataset, DatasetSnapshot snapshot)
            throws IOException {
        Map<String, int[]> dropped = new HashMap<>();
        for (UnitEntry unit : snapshot.units()) {
            if (unit.object(FOLDER).isPresent()) {
                of(storage, dataset, unit).addTo(dropped, unit);
            }
        }
        return Collections.unmodifiableMap(dropped);
    }

    private void addTo(Map<String, int[]> dropped, UnitEntry entry) {
        for (Split split : Split.values()) {
            int[] numbers = IntStream.concat(
                            Arrays.stream(exact.getOrDefault(split, new int[0])),
                            Arrays.stream(near.getOrDefault(split, new int[0])))
                    .sorted()
                    .toArray();
            long first = 0;
            for (ShardEntry shard : entry.shards(split)) {
                long from = first;
                long to = first + shard.documents();
                int[] inShard = Arrays.stream(numbers)
                        .filter(number -> number >= from && number < to)
                        .map(number -> Math.toIntExact(number - from))
                        .toArray();
                if (inShard.length > 0) {
                    dropped.put(shard.file(), inShard);
                }
                first = to;
            }
        }
    }
}
