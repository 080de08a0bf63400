package io.github.hyenaspark.data.prepare.unit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.snapshot.UnitTally;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The result of one work unit: the file {@code units/CONFIG-FINGERPRINT/NAME-KEY.json}, created once and never changed.
 * The unit need not be repeated while its objects exist.
 */
public record UnitRecord(WorkUnit unit, UnitTally tally, List<ShardEntry> shards, List<ObjectRef> objects) {
    private static final Logger LOG = LoggerFactory.getLogger(UnitRecord.class);
    private static final long FORMAT = 2;

    public UnitRecord {
        shards = List.copyOf(shards);
        objects = List.copyOf(objects);
    }

    /** The record of a unit, if it is done; a damaged one counts as none. */
    public static Optional<UnitRecord> find(Storage storage, DatasetSpec spec, WorkUnit unit) throws IOException {
        try {
            return Optional.of(read(storage, uri(spec, unit)));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (CorruptFileException e) {
            LOG.warn("unit {} has not been done: {}", unit.name(), e.getMessage());
            return Optional.empty();
        }
    }

    static UnitRecord read(Storage storage, String uri) throws IOException {
        return fromJson(uri, storage.read(uri));
    }

    /** The folder of records in a dataset, relative to it. */
    public static String folder(String fingerprint) {
        return "units/" + fingerprint;
    }

    public static String uri(DatasetSpec spec, WorkUnit unit) {
        return Storage.resolve(spec.config().dataset(), folder(spec.fingerprint()) + "/" + fileName(unit));
    }

    public static String fileName(WorkUnit unit) {
        return unit.name() + "-" + unit.key() + ".json";
    }

    /** Whether all its objects exist with the lengths it says, or the document table with those noted. */
    public boolean isIntact(Storage storage, String dataset) throws IOException {
        for (ObjectRef object : entry().files()) {
            if (!isThere(storage, dataset, object)) {
                return false;
            }
        }
        return true;
    }

    /** Whether one of a unit's objects exists with its length, or the document table with that noted. */
    public static boolean isThere(Storage storage, String dataset, ObjectRef object) throws IOException {
        return object.isIn(DocumentTable.FOLDER)
                ? DocumentTable.isThere(storage, dataset, object)
                : object.isThere(storage, dataset);
    }

    Optional<ObjectRef> table() {
        return objects.stream()
                .filter(object -> object.isIn(DocumentTable.FOLDER))
                .findFirst();
    }

    /**
     * Whether a record made later is of the same texts: equal but for the bytes of the document table, which other
     * versions of Parquet's library make of the same rows; they are noted then. CorruptFileException if nobody can
     * tell, since the table is named by its bytes.
     */
    boolean isMadeAgain(UnitRecord later, Storage storage, String dataset) throws IOException {
        boolean tables = table().isPresent() && later.table().isPresent();
        if (!tables
                || !Arrays.equals(withoutTable().toJson(), later.withoutTable().toJson())) {
            return false;
        }
        ObjectRef then = table().get();
        ObjectRef now = later.table().get();
        if (!DocumentTable.isNamedByRows(then.file())) {
            throw new CorruptFileException(
                    Storage.resolve(dataset, then.file()),
                    "the document table of unit " + unit.name(),
                    "none, and other bytes when it is made again by this version of Parquet's library",
                    "restore the file from a copy, or prepare into another data.dataset");
        }
        if (!now.file().equals(then.file())) {
            return false;
        }
        DocumentTable.note(storage, dataset, now);
        return true;
    }

    private UnitRecord withoutTable() {
        List<ObjectRef> others = objects.stream()
                .filter(object -> !object.isIn(DocumentTable.FOLDER))
                .toList();
        return new UnitRecord(unit, tally, shards, others);
    }

    public long documents() {
        return shards.stream().mapToLong(ShardEntry::documents).sum();
    }

    /**
     * The snapshot's entry; its digest does not depend on when a file was changed, on where it is, or on the library
     * that stored the document table.
     */
    public UnitEntry entry() {
        ObjectNode facts = json();
        for (JsonNode slice : facts.get("slices")) {
            ((ObjectNode) slice).remove(List.of("uri", "modified_millis", "etag"));
        }
        for (JsonNode object : facts.get("objects")) {
            if (DocumentTable.isNamedByRows(object.get("file").textValue())) {
                ((ObjectNode) object).remove(List.of("bytes", "sha256"));
            }
        }
        String digest = Hashes.sha256(Json.line(facts));
        var counts = new UnitEntry.Counts(documents(), tally.filteredCount(), tally.badCount(), 0, 0);
        return new UnitEntry(unit.name(), digest, counts, shards, objects);
    }

    public byte[] toJson() {
        return Json.Sealed.SEAL.seal(json());
    }

    private ObjectNode json() {
        ObjectNode json = Json.object().put("format", FORMAT).put("unit", unit.name());
        json.putArray("slices")
                .addAll(unit.slices().stream().map(UnitRecord::toJson).toList());
        json.set("tally", tally.toJson());
        UnitEntry.putFiles(json, shards, objects);
        return json;
    }

    private static ObjectNode toJson(Slice slice) {
        InputFile file = slice.file();
        ObjectNode json = Json.object()
                .put("path", file.path())
                .put("uri", file.uri())
                .put("bytes", file.bytes())
                .put("modified_millis", file.modifiedMillis())
                .put("from", slice.from())
                .put("to", slice.to());
        return file.etag().isEmpty() ? json : json.put("etag", file.etag());
    }

    static UnitRecord fromJson(String file, byte[] bytes) throws CorruptFileException {
        ObjectNode json = Json.Sealed.SEAL.open(file, bytes);
        long format = Json.wholeNumber(json, file, "format");
        if (format != FORMAT) {
            throw new CorruptFileException(file, "format " + FORMAT, "format " + format);
        }
        List<Slice> slices = Json.list(json, file, "slices", UnitRecord::slice);
        UnitTally tally = UnitTally.fromJson(Json.object(json, file, "tally"), file);
        return new UnitRecord(
                new WorkUnit(Json.text(json, file, "unit"), slices),
                tally,
                UnitEntry.shards(json, file),
                UnitEntry.objects(json, file));
    }

    private static Slice slice(JsonNode json, String where) throws CorruptFileException {
        var file = new InputFile(
                Json.text(json, where, "path"),
                Json.text(json, where, "uri"),
                Json.wholeNumber(json, where, "bytes"),
                Json.wholeNumber(json, where, "modified_millis"),
                json.path("etag").asText(""));
        return new Slice(file, Json.wholeNumber(json, where, "from"), Json.wholeNumber(json, where, "to"));
    }

    /**
     * The records behind a snapshot, found by one listing. A snapshot names its units without their files' times of
     * change; of several records with one name the digest identifies the right one.
     */
    public static final class UnitRecords {
        private final Storage storage;
        private final String dataset;
        private final String folder;
        private final Map<String, List<String>> namesByUnit = new HashMap<>();

        private UnitRecords(Storage storage, String dataset, String folder) {
            this.storage = storage;
            this.dataset = dataset;
            this.folder = folder;
        }

        public static UnitRecords of(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
            var records = new UnitRecords(storage, dataset, folder(snapshot.fingerprint()));
            for (FileInfo file : storage.list(Storage.resolve(dataset, records.folder))) {
                String unit = file.name().replaceFirst("-.*", "");
                records.namesByUnit
                        .computeIfAbsent(unit, name -> new ArrayList<>())
                        .add(file.name());
            }
            return records;
        }

        /** The record's file, relative to the dataset. */
        public String file(UnitEntry unit) throws IOException {
            List<String> names = namesByUnit.getOrDefault(unit.name(), List.of());
            for (String name : names) {
                if (read(name).entry().digest().equals(unit.digest())) {
                    return folder + "/" + name;
                }
            }
            throw new CorruptFileException(
                    Storage.resolve(dataset, folder),
                    "a record of unit " + unit.name() + " with digest " + unit.digest(),
                    names.size() + " records of it, none with that digest",
                    "restore the file from a copy, or prepare the corpus into another data.dataset");
        }

        private UnitRecord read(String name) throws IOException {
            return UnitRecord.read(storage, Storage.resolve(dataset, folder + "/" + name));
        }

        public UnitRecord of(UnitEntry unit) throws IOException {
            return UnitRecord.read(storage, Storage.resolve(dataset, file(unit)));
        }
    }
}
