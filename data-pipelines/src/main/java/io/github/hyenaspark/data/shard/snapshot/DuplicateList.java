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
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The documents of one unit that an earlier document of the dataset makes redundant, in ascending order, near
 * duplicates without exact ones. They stay in their shards; plans leave them out. A document's number counts the
 * documents of its split in the unit, across its shards. The lists of a segment's units are one file,
 * {@code duplicates/SEGMENT-HASH.json}; before segments each unit had its own, {@code duplicates/UNIT-HASH.json}.
 *
 * @param tokens of the documents to train on among them; 0 in a file of one unit, which does not tell
 */
public record DuplicateList(String unit, Map<Split, int[]> exact, Map<Split, int[]> near, long tokens)
        implements Serializable {
    public static final String FOLDER = "duplicates";

    private static final long FORMAT = 2;
    private static final long FORMAT_OF_UNITS = 1;
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

    /** The numbers of all left-out documents of a split, ascending. */
    public int[] leftOut(Split split) {
        return IntStream.concat(
                        Arrays.stream(exact.getOrDefault(split, new int[0])),
                        Arrays.stream(near.getOrDefault(split, new int[0])))
                .sorted()
                .toArray();
    }

    /** The same with a number of tokens. */
    public DuplicateList with(long found) {
        return new DuplicateList(unit, exact, near, found);
    }

    private static long count(Map<Split, int[]> numbers) {
        return numbers.values().stream().mapToLong(some -> some.length).sum();
    }

    /** Writes the lists of a segment's units, in any order, and returns the segment with them. */
    public static Segment.Entry write(
            Storage storage, String dataset, Segment.Entry segment, Collection<DuplicateList> lists)
            throws IOException {
        if (lists.stream().allMatch(DuplicateList::isEmpty)) {
            return segment.with(null, 0, 0, 0);
        }
        ObjectNode json = Json.object().put("format", FORMAT).put("segment", segment.id());
        ObjectNode units = json.putObject("units");
        lists.stream().sorted(Comparator.comparing(DuplicateList::unit)).forEach(list -> {
            ObjectNode unit = units.putObject(list.unit);
            unit.set("exact", toJson(list.exact));
            unit.set("near", toJson(list.near));
            unit.put("tokens", list.tokens);
        });
        byte[] bytes = Json.Sealed.SEAL.seal(json);
        String file = FOLDER + "/" + segment.id() + "-" + Hashes.sha256(bytes).substring(0, HASH_DIGITS) + ".json";
        ObjectRef written =
                ObjectRef.of(FOLDER, storage.write(Storage.resolve(dataset, file), out -> out.write(bytes)));
        return segment.with(
                written,
                lists.stream().mapToLong(DuplicateList::exactCount).sum(),
                lists.stream().mapToLong(DuplicateList::nearCount).sum(),
                lists.stream().mapToLong(DuplicateList::tokens).sum());
    }

    public static DuplicateList none(String unit) {
        return new DuplicateList(unit, Map.of(), Map.of(), 0);
    }

    /** The lists of a segment's units, by unit; those without duplicates are missing. */
    public static Map<String, DuplicateList> of(Storage storage, String dataset, Segment.Entry segment)
            throws IOException {
        if (segment.duplicates().isEmpty()) {
            return Map.of();
        }
        ObjectRef file = segment.duplicates().get();
        String uri = Storage.resolve(dataset, file.file());
        ObjectNode units = Json.object(open(uri, file.read(storage, dataset), FORMAT), uri, "units");
        Map<String, DuplicateList> lists = new HashMap<>();
        for (String unit : (Iterable<String>) units::fieldNames) {
            ObjectNode json = Json.object(units, uri, unit);
            lists.put(
                    unit,
                    new DuplicateList(
                            unit,
                            fromJson(Json.object(json, uri, "exact"), uri),
                            fromJson(Json.object(json, uri, "near"), uri),
                            Json.wholeNumber(json, uri, "tokens")));
        }
        return lists;
    }

    private static ObjectNode open(String uri, byte[] bytes, long expected) throws CorruptFileException {
        ObjectNode json = Json.Sealed.SEAL.open(uri, bytes);
        long format = Json.wholeNumber(json, uri, "format");
        if (format != expected) {
            throw new CorruptFileException(uri, "format " + expected, "format " + format);
        }
        return json;
    }

    private static ObjectNode toJson(Map<Split, int[]> numbers) {
        ObjectNode json = Json.object();
        for (Split split : Split.values()) {
            ArrayNode array = json.putArray(split.folder());
            Arrays.stream(numbers.getOrDefault(split, new int[0])).forEach(array::add);
        }
        return json;
    }

    /** The list of a unit that has one of its own, else empty. */
    static DuplicateList of(Storage storage, String dataset, UnitEntry unit) throws IOException {
        Optional<ObjectRef> file = unit.object(FOLDER);
        if (file.isEmpty()) {
            return none(unit.name());
        }
        String uri = Storage.resolve(dataset, file.get().file());
        ObjectNode json = open(uri, file.get().read(storage, dataset), FORMAT_OF_UNITS);
        return new DuplicateList(
                Json.text(json, uri, "unit"),
                fromJson(Json.object(json, uri, "exact"), uri),
                fromJson(Json.object(json, uri, "near"), uri),
                0);
    }

    private static Map<Split, int[]> fromJson(ObjectNode json, String where) throws CorruptFileException {
        Map<Split, int[]> numbers = new HashMap<>();
        for (Split split : Split.values()) {
            List<JsonNode> elements = Json.elements(json, where, split.folder());
            numbers.put(split, elements.stream().mapToInt(JsonNode::intValue).toArray());
        }
        return numbers;
    }

    /** Adds the numbers of left-out documents in each affected shard of the unit, by the shard's file. */
    void addTo(Map<String, int[]> dropped, UnitEntry entry) {
        for (Split split : Split.values()) {
            int[] numbers = leftOut(split);
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
