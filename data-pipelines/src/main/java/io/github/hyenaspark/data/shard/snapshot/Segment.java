package io.github.hyenaspark.data.shard.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Units that joined a dataset together, never changed afterwards, so that a commit writes what it adds and no more:
 * {@code segments/ID.json}, which names the objects beside it. {@code ID-units.jsonl} has a line for each unit, in
 * order; {@code ID-objects.bin} has for each of the units' objects a hash of its name and its length, 16 bytes, so that
 * lost ones are found by listings. Nothing in them tells when or where they were made.
 *
 * @param units the lines
 * @param objects the hashes
 * @param tally of all units, cut
 * @param totals of all units, without duplicates
 * @param indexes of the documents of each split that has some, {@code ID-train.index} and {@code ID-validation.index}
 */
public record Segment(
        ObjectRef units, ObjectRef objects, UnitTally tally, Totals totals, Map<Split, ObjectRef> indexes) {
    public static final String FOLDER = "segments";

    /** Units of one segment; more are several, so that none is too large to be read and written as a whole. */
    public static final int MOST_UNITS = 2048;

    private static final long FORMAT = 1;
    private static final int ID_DIGITS = 20;

    /** A unit, and what became of its documents. */
    public record Line(UnitEntry unit, UnitTally tally) {
        private String toJson() {
            ObjectNode json = unit.toJson();
            json.set("tally", tally.toJson());
            return Json.line(json);
        }

        private static Line fromJson(JsonNode json, String where) throws CorruptFileException {
            return new Line(
                    UnitEntry.fromJson(json, where), UnitTally.fromJson(Json.object(json, where, "tally"), where));
        }
    }

    /** Writes the index of the shards of one split. */
    @FunctionalInterface
    public interface Indexing {
        ObjectRef write(String file, Split split) throws IOException;
    }

    /** Writes a segment of units, in their order and without duplicates. Returns its entry. */
    public static Entry write(Storage storage, String dataset, List<Line> lines, Indexing indexing) throws IOException {
        var text = new StringBuilder();
        lines.forEach(line -> text.append(line.toJson()).append('\n'));
        byte[] units = text.toString().getBytes(StandardCharsets.UTF_8);
        UnitTally all = lines.stream().map(Line::tally).reduce(UnitTally.NONE, UnitTally::plus);
        UnitTally tally = all.cut();
        // versions that did not cut may have written the same units with a longer tally under the usual name
        byte[] named = tally.equals(all) ? units : text.append("cut").toString().getBytes(StandardCharsets.UTF_8);
        String id = Hashes.sha256(named).substring(0, ID_DIGITS);
        List<ObjectRef> files =
                lines.stream().flatMap(line -> line.unit.files().stream()).toList();
        ByteBuffer objects = ByteBuffer.allocate(Math.multiplyExact(files.size(), 2 * Long.BYTES));
        files.forEach(file -> objects.putLong(nameHash(file.file())).putLong(file.bytes()));
        Map<Split, ObjectRef> indexes = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            if (lines.stream().anyMatch(line -> !line.unit.shards(split).isEmpty())) {
                indexes.put(split, indexing.write(FOLDER + "/" + id + "-" + split.folder() + ".index", split));
            }
        }
        var segment = new Segment(
                object(storage, dataset, id + "-units.jsonl", units),
                object(storage, dataset, id + "-objects.bin", objects.array()),
                tally,
                lines.stream().map(line -> Totals.of(line.unit)).reduce(Totals.NONE, Totals::plus),
                indexes);
        ObjectRef file = object(storage, dataset, id + ".json", segment.toJson());
        return new Entry(file, List.of(), null, segment.totals);
    }

    private static ObjectRef object(Storage storage, String dataset, String name, byte[] bytes) throws IOException {
        String uri = Storage.resolve(dataset, FOLDER + "/" + name);
        return ObjectRef.of(FOLDER, storage.write(uri, out -> out.write(bytes)));
    }

    public static Segment read(Storage storage, String dataset, Entry entry) throws IOException {
        String uri = Storage.resolve(dataset, entry.file().file());
        ObjectNode json = Json.Sealed.SEAL.open(uri, entry.file().read(storage, dataset));
        long format = Json.wholeNumber(json, uri, "format");
        if (format != FORMAT) {
            throw new CorruptFileException(
                    uri, "format " + FORMAT, "format " + format, "use the version of hyena-spark that wrote it");
        }
        return new Segment(
                ObjectRef.fromJson(Json.object(json, uri, "units"), uri),
                ObjectRef.fromJson(Json.object(json, uri, "objects"), uri),
                UnitTally.fromJson(Json.object(json, uri, "tally"), uri).cut(),
                Totals.fromJson(Json.object(json, uri, "totals"), uri),
                indexes(Json.object(json, uri, "indexes"), uri));
    }

    private static Map<Split, ObjectRef> indexes(ObjectNode json, String where) throws CorruptFileException {
        Map<Split, ObjectRef> indexes = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            if (json.has(split.folder())) {
                indexes.put(split, ObjectRef.fromJson(Json.object(json, where, split.folder()), where));
            }
        }
        return indexes;
    }

    /** The index of its documents of a split; none if it has no such documents. */
    public Optional<ObjectRef> index(Split split) {
        return Optional.ofNullable(indexes.get(split));
    }

    /** Those of all splits, which can be made again. */
    public Collection<ObjectRef> allIndexes() {
        return indexes.values();
    }

    /** What it is made of beside its own file. */
    public List<ObjectRef> parts() {
        return Stream.concat(Stream.of(units, objects), indexes.values().stream())
                .toList();
    }

    /** Gives every unit, those that have left a dataset too, in order. */
    public void lines(Storage storage, String dataset, RowSink<Line> lines) throws IOException {
        String uri = Storage.resolve(dataset, units.file());
        byte[] bytes = units.read(storage, dataset);
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                byte[] line = Arrays.copyOfRange(bytes, from, at);
                lines.accept(Line.fromJson(Json.parse(uri, line), uri));
                from = at + 1;
            }
        }
    }

    /** The units that remain in a snapshot's entry of this segment. */
    public List<Line> remaining(Storage storage, String dataset, Entry entry) throws IOException {
        List<Line> all = new ArrayList<>();
        lines(storage, dataset, all::add);
        List<Line> remaining = new ArrayList<>();
        for (int number = 0; number < all.size(); number++) {
            if (Collections.binarySearch(entry.gone(), number) < 0) {
                remaining.add(all.get(number));
            }
        }
        return remaining;
    }

    /** Hashes of the names of all objects of the units that remain in an entry. */
    public LongStream objectNames(Storage storage, String dataset, Entry entry) throws IOException {
        if (!entry.gone().isEmpty()) {
            return remaining(storage, dataset, entry).stream()
                    .flatMap(line -> line.unit.files().stream())
                    .mapToLong(object -> nameHash(object.file()));
        }
        LongBuffer numbers = objectNumbers(storage, dataset);
        return IntStream.range(0, numbers.capacity() / 2).mapToLong(i -> numbers.get(2 * i));
    }

    /** For each object of the units a hash of its name, and its length. */
    public LongBuffer objectNumbers(Storage storage, String dataset) throws IOException {
        byte[] content = objects.read(storage, dataset);
        if (content.length % (2 * Long.BYTES) != 0) {
            throw new CorruptFileException(
                    Storage.resolve(dataset, objects.file()), "16 bytes for each object", content.length + " bytes");
        }
        return ByteBuffer.wrap(content).asLongBuffer();
    }

    /** An entry without some of the units that remained (ascending numbers); its duplicates must be found again. */
    public Entry without(Storage storage, String dataset, Entry entry, List<Integer> leaving) throws IOException {
        List<Integer> gone = Stream.concat(entry.gone().stream(), leaving.stream())
                .distinct()
                .sorted()
                .toList();
        var left = new Entry(entry.file(), gone, null, Totals.NONE);
        Totals totals = remaining(storage, dataset, left).stream()
                .map(line -> Totals.of(line.unit))
                .reduce(Totals.NONE, Totals::plus);
        return new Entry(entry.file(), gone, null, totals);
    }

    /** The first 64 bits of the SHA-256 of an object's name, as {@code ID-objects.bin} holds it. */
    public static long nameHash(String file) {
        return Hashes.first64(file);
    }

    private byte[] toJson() {
        ObjectNode json = Json.object().put("format", FORMAT);
        json.set("units", units.toJson());
        json.set("objects", objects.toJson());
        json.set("totals", totals.toJson());
        json.set("tally", tally.toJson());
        ObjectNode indexesJson = json.putObject("indexes");
        indexes.forEach((split, index) -> indexesJson.set(split.folder(), index.toJson()));
        return Json.Sealed.SEAL.seal(json);
    }

    /**
     * What a snapshot says about a {@link Segment}: its file, which of its units have left the dataset (ascending
     * numbers), where the duplicates among its documents are listed, if it has any, and what remains, added up.
     */
    public record Entry(
            ObjectRef file, List<Integer> gone, @Nullable ObjectRef duplicateList, Totals totals)
            implements Serializable {
        public Entry {
            gone = Collections.unmodifiableList(new ArrayList<>(gone));
        }

        public Optional<ObjectRef> duplicates() {
            return Optional.ofNullable(duplicateList);
        }

        /** The same with other duplicates. */
        public Entry with(@Nullable ObjectRef list, long exact, long near, long tokens) {
            return new Entry(file, gone, list, totals.with(exact, near, tokens));
        }

        /** The segment's name, a hash of its units: the name of its file without folder and ending. */
        public String id() {
            return file.file()
                    .substring(file.file().indexOf('/') + 1, file.file().lastIndexOf('.'));
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

        static Entry fromJson(JsonNode json, String where) throws CorruptFileException {
            List<Integer> gone = new ArrayList<>();
            if (json.has("gone")) {
                for (JsonNode number : Json.elements(json, where, "gone")) {
                    gone.add(number.intValue());
                }
            }
            return new Entry(
                    ObjectRef.fromJson(json, where),
                    gone,
                    json.has("duplicates") ? ObjectRef.fromJson(Json.object(json, where, "duplicates"), where) : null,
                    Totals.fromJson(Json.object(json, where, "totals"), where));
        }
    }
}
