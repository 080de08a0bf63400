package io.github.hyenaspark.data.prepare.segment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The files behind a segment's units, as they were when they were prepared: {@code inputs/ID.known}, numbers that every
 * plan reads, and {@code inputs/ID.jsonl}, the units' slices, which a plan reads if one of their files has changed. No
 * snapshot lists the two, for they tell times and places; both carry a checksum of their own.
 */
public final class SegmentInputs {
    private static final String FOLDER = "inputs";
    private static final String UNITS = ".jsonl";
    private static final String KNOWN = ".known";

    /** Of the names of the two files. */
    public static final List<String> ENDINGS = List.of(UNITS, KNOWN);

    private static final long FORMAT = 1;
    private static final int MAGIC = 0x48594b31; // "HYK1"
    private static final int HEADER = 2 * Integer.BYTES;
    private static final int ENTRY = 2 * Long.BYTES + Integer.BYTES;
    private static final String SEAL = "{\"sha256\":\"";
    private static final int ROOT = 6; // place of what begins a file's URI, if it is another than before
    private static final String HINT = "restore the file from a copy, or prepare the corpus into another data.dataset";

    private SegmentInputs() {}

    /** Takes a file of a unit: hashes of its path and of its state. */
    @FunctionalInterface
    interface Taker {
        void take(int unit, long path, long state);
    }

    /** One of the two files, relative to the dataset. */
    public static String file(String segment, String ending) {
        return FOLDER + "/" + segment + ending;
    }

    private static String uri(String dataset, String segment, String ending) {
        return Storage.resolve(dataset, file(segment, ending));
    }

    /** Writes or replaces the two files: units that left a dataset and came back have other times. */
    public static void write(Storage storage, String dataset, Segment.Entry segment, List<WorkUnit> units)
            throws IOException {
        storage.replace(uri(dataset, segment.id(), UNITS), lines(units));
        storage.replace(uri(dataset, segment.id(), KNOWN), known(units));
    }

    private static byte[] known(List<WorkUnit> units) {
        int count = units.stream().mapToInt(unit -> unit.slices().size()).sum();
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + Math.multiplyExact(count, ENTRY) + Integer.BYTES);
        bytes.putInt(MAGIC).putInt(count);
        for (int unit = 0; unit < units.size(); unit++) {
            for (Slice slice : units.get(unit).slices()) {
                InputFile file = slice.file();
                bytes.putLong(Hashes.first64(file.path()))
                        .putLong(KnownFiles.state(file))
                        .putInt(unit);
            }
        }
        return bytes.putInt(checksum(bytes.array(), bytes.position())).array();
    }

    private static int checksum(byte[] bytes, int count) {
        var crc = new CRC32C();
        crc.update(bytes, 0, count);
        return (int) crc.getValue();
    }

    private static byte[] lines(List<WorkUnit> units) {
        var lines = new ByteArrayOutputStream();
        MessageDigest sum = Hashes.newSha256();
        add(Json.object().put("format", FORMAT), sum, lines);
        String rootBefore = "";
        for (WorkUnit unit : units) {
            ObjectNode json = Json.object().put("unit", unit.name());
            ArrayNode slices = json.putArray("slices");
            for (Slice slice : unit.slices()) {
                InputFile file = slice.file();
                String root = file.uri()
                        .substring(
                                0, Math.max(0, file.uri().length() - file.path().length()));
                ArrayNode facts = slices.addArray()
                        .add(file.path())
                        .add(file.bytes())
                        .add(file.modifiedMillis())
                        .add(file.etag())
                        .add(slice.from())
                        .add(slice.to());
                if (!root.equals(rootBefore)) { // a third of all bytes would be the same root
                    facts.add(root);
                    rootBefore = root;
                }
            }
            add(json, sum, lines);
        }
        lines.writeBytes((SEAL + Hashes.hex(sum.digest()) + "\"}\n").getBytes(StandardCharsets.UTF_8));
        return lines.toByteArray();
    }

    /** Adds one line: a text of all would take many times the memory of their bytes. */
    private static void add(ObjectNode json, MessageDigest sum, ByteArrayOutputStream lines) {
        byte[] line = (Json.line(json) + "\n").getBytes(StandardCharsets.UTF_8);
        sum.update(line);
        lines.writeBytes(line);
    }

    /** What {@link #files} takes apart, checked. */
    static ByteBuffer known(Storage storage, String dataset, Segment.Entry segment) throws IOException {
        String uri = uri(dataset, segment.id(), KNOWN);
        ByteBuffer bytes = ByteBuffer.wrap(content(storage, uri));
        int end = bytes.capacity() - Integer.BYTES;
        boolean whole = end >= HEADER
                && (end - HEADER) % ENTRY == 0
                && bytes.getInt() == MAGIC
                && bytes.getInt() == (end - HEADER) / ENTRY
                && bytes.getInt(end) == checksum(bytes.array(), end);
        if (!whole) {
            throw new CorruptFileException(uri, "the files of a segment with their checksum", "other bytes", HINT);
        }
        return bytes.limit(end);
    }

    /** Gives hashes of every file of a segment. */
    static void files(ByteBuffer known, Taker files) {
        while (known.hasRemaining()) {
            long path = known.getLong();
            long state = known.getLong();
            files.take(known.getInt(), path, state);
        }
    }

    /** The units of a segment, those that have left the dataset too, by their numbers. */
    public static List<WorkUnit> units(Storage storage, String dataset, Segment.Entry segment) throws IOException {
        String uri = uri(dataset, segment.id(), UNITS);
        String text = new String(content(storage, uri), StandardCharsets.UTF_8);
        int seal = text.lastIndexOf(SEAL);
        if (seal < 0 || !text.substring(seal).equals(SEAL + Hashes.sha256(text.substring(0, seal)) + "\"}\n")) {
            throw new CorruptFileException(uri, "the SHA-256 of its other lines at its end", "another or none", HINT);
        }
        List<String> lines = text.substring(0, seal).lines().toList();
        long format = Json.wholeNumber(line(uri, lines.get(0)), uri, "format");
        if (format != FORMAT) {
            throw new CorruptFileException(uri, "format " + FORMAT, "format " + format);
        }
        List<WorkUnit> units = new ArrayList<>();
        String root = "";
        for (String line : lines.subList(1, lines.size())) {
            JsonNode json = line(uri, line);
            List<Slice> slices = new ArrayList<>();
            for (JsonNode slice : Json.elements(json, uri, "slices")) {
                String path = slice.get(0).asText();
                root = slice.path(ROOT).asText(root);
                var file = new InputFile(
                        path,
                        root + path,
                        slice.get(1).asLong(),
                        slice.get(2).asLong(),
                        slice.get(3).asText().replace("\"", "")); // as Hadoop 3.4 lists tags
                slices.add(new Slice(file, slice.get(4).asLong(), slice.get(5).asLong()));
            }
            units.add(new WorkUnit(Json.text(json, uri, "unit"), slices));
        }
        return units;
    }

    private static JsonNode line(String uri, String line) throws CorruptFileException {
        return Json.parse(uri, line.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] content(Storage storage, String uri) throws IOException {
        try {
            return storage.read(uri);
        } catch (FileNotFoundException e) {
            throw new CorruptFileException(uri, "the files of a segment", "no such file", HINT);
        }
    }
}
