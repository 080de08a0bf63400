package io.github.hyenaspark.data.shard.snapshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The state of a dataset at one time: the file {@code snapshots/NNNNNNNN.json}, created last and never changed. It does
 * not tell when or where it was made, so the same input gives the same bytes. What no snapshot lists belongs to no
 * dataset. It lists segments, in the order in which they joined the dataset, their units by path; {@link SnapshotUnits}
 * reads them. Snapshots of version 0.1 and 0.2 have format 2 and list the units themselves.
 *
 * @param format 2 or 3
 * @param number 1, 2, 3, ...
 * @param parent SHA-256 (hex) of the previous snapshot; empty for the first
 * @param fingerprint of all settings that decide the shards
 * @param segments none in format 2
 * @param keys of the segments' documents, by which a later commit finds duplicates
 * @param ownUnits of format 2, else none
 */
public record DatasetSnapshot(
        long format,
        long number,
        String parent,
        String fingerprint,
        Map<String, String> settings,
        Vocabulary vocabulary,
        List<Segment.Entry> segments,
        List<KeyRun> keys,
        List<UnitEntry> ownUnits)
        implements Serializable {
    /** The format that is written now. */
    public static final long FORMAT = 3;

    private static final long OF_UNITS = 2;
    private static final String DIRECTORY = "snapshots";
    private static final Pattern NAME = Pattern.compile("\\d{8}\\.json");

    public DatasetSnapshot {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        segments = Collections.unmodifiableList(new ArrayList<>(segments));
        keys = Collections.unmodifiableList(new ArrayList<>(keys));
        ownUnits = Collections.unmodifiableList(new ArrayList<>(ownUnits));
    }

    /** The newest snapshot of a dataset; refuses a dataset without a name or snapshot. */
    public static DatasetSnapshot newest(Storage storage, String dataset) throws IOException {
        Refusal.unless(!dataset.isBlank(), "data.dataset", "\"" + dataset + "\"", "a directory");
        return find(storage, dataset)
                .orElseThrow(() -> new IllegalArgumentException(
                        "data.dataset: there is no snapshot in " + dataset + "; run prepare first"));
    }

    /** The snapshot of a number, leading zeros optional; the newest if it is empty. */
    public static DatasetSnapshot numbered(Storage storage, String dataset, String number) throws IOException {
        DatasetSnapshot newest = newest(storage, dataset);
        if (number.isBlank()) {
            return newest;
        }
        String uri = number.matches("\\d{1,8}") ? uri(dataset, Long.parseLong(number)) : "";
        if (uri.isEmpty() || !storage.exists(uri)) {
            throw new IllegalArgumentException("data.snapshot: found \"" + number + "\", expected the number of a"
                    + " snapshot of " + dataset + ", at most " + newest.number);
        }
        return fromJson(uri, storage.read(uri));
    }

    /** The newest snapshot of a dataset, if there is one. */
    public static Optional<DatasetSnapshot> find(Storage storage, String dataset) throws IOException {
        List<String> uris = uris(storage, dataset);
        if (uris.isEmpty()) {
            return Optional.empty();
        }
        String uri = uris.get(uris.size() - 1);
        return Optional.of(fromJson(uri, storage.read(uri)));
    }

    public static List<String> uris(Storage storage, String dataset) throws IOException {
        return list(storage, dataset).stream().map(Listed::uri).toList();
    }

    /** A snapshot in a listing, created at a time by the store's clock, milliseconds since 1970. */
    public record Listed(long number, String uri, long modifiedMillis) {}

    /** All snapshots of a dataset, the oldest first. */
    public static List<Listed> list(Storage storage, String dataset) throws IOException {
        return storage.list(Storage.resolve(dataset, DIRECTORY)).stream()
                .filter(file -> NAME.matcher(file.name()).matches())
                .map(file -> listed(dataset, file))
                .sorted(Comparator.comparingLong(Listed::number))
                .toList();
    }

    private static Listed listed(String dataset, FileInfo file) {
        long number = Long.parseLong(file.name().substring(0, file.name().indexOf('.')));
        return new Listed(number, uri(dataset, number), file.modifiedMillis());
    }

    public String uri(String dataset) {
        return uri(dataset, number);
    }

    static String uri(String dataset, long number) {
        String name = String.format(Locale.ROOT, "%08d.json", number);
        return Storage.resolve(Storage.resolve(dataset, DIRECTORY), name);
    }

    /** SHA-256 (hex) of {@link #toJson}: the identity of the data. */
    public String sha256() {
        return Hashes.sha256(toJson());
    }

    public TokenType tokenType() {
        return TokenType.of(vocabulary.size());
    }

    public Totals totals() {
        Totals ofUnits = ownUnits.stream().map(Totals::of).reduce(Totals.NONE, Totals::plus);
        return segments.stream().map(Segment.Entry::totals).reduce(ofUnits, Totals::plus);
    }

    public long documents(Split split) {
        return totals().of(split).documents();
    }

    /** Tokens of one split, including the ends of the documents. */
    public long tokens(Split split) {
        return totals().of(split).tokens();
    }

    public long textBytes(Split split) {
        return totals().of(split).textBytes();
    }

    public UnitEntry.Counts counts() {
        return totals().counts();
    }

    public byte[] toJson() {
        ObjectNode json = Json.object()
                .put("format", format)
                .put("number", number)
                .put("parent", parent)
                .put("fingerprint", fingerprint);
        settings.forEach(json.putObject("settings")::put);
        json.set("tokenizer", vocabulary.toJson());
        if (format == OF_UNITS) {
            json.putArray("units")
                    .addAll(ownUnits.stream().map(UnitEntry::toJson).toList());
        } else {
            json.putArray("segments")
                    .addAll(segments.stream().map(Segment.Entry::toJson).toList());
            json.putArray("keys").addAll(keys.stream().map(KeyRun::toJson).toList());
        }
        return Json.Sealed.SEAL.seal(json);
    }

    /** Reads {@link #toJson}; refuses changed bytes and other formats. */
    public static DatasetSnapshot fromJson(String file, byte[] bytes) throws CorruptFileException {
        long format = Json.wholeNumber(Json.parse(file, bytes), file, "format");
        if (format != FORMAT && format != OF_UNITS) {
            throw new CorruptFileException(
                    file,
                    "format " + OF_UNITS + " or " + FORMAT,
                    "format " + format,
                    "use the version of hyena-spark that wrote it, or prepare the corpus into another data.dataset");
        }
        ObjectNode json = Json.Sealed.SEAL.open(file, bytes);
        ObjectNode settingsJson = Json.object(json, file, "settings");
        Map<String, String> settings = new TreeMap<>();
        for (String key : (Iterable<String>) settingsJson::fieldNames) {
            settings.put(key, Json.text(settingsJson, file, key));
        }
        return new DatasetSnapshot(
                format,
                Json.wholeNumber(json, file, "number"),
                Json.text(json, file, "parent"),
                Json.text(json, file, "fingerprint"),
                settings,
                Vocabulary.fromJson(Json.object(json, file, "tokenizer"), file),
                format == FORMAT ? Json.list(json, file, "segments", Segment.Entry::fromJson) : List.of(),
                format == FORMAT ? Json.list(json, file, "keys", KeyRun::fromJson) : List.of(),
                format == OF_UNITS ? Json.list(json, file, "units", UnitEntry::fromJson) : List.of());
    }

    /**
     * Which snapshot, and what tasks must know of it: what is sent to executors, however large the dataset is.
     *
     * @param dataset URI of its directory
     * @param sha256 of the snapshot
     */
    public record Ref(
            String dataset,
            long number,
            String sha256,
            Vocabulary vocabulary,
            long trainDocuments,
            long heldOutDocuments)
            implements Serializable {
        public static Ref of(DatasetSnapshot snapshot, String dataset) {
            return new Ref(
                    dataset,
                    snapshot.number(),
                    snapshot.sha256(),
                    snapshot.vocabulary(),
                    snapshot.documents(Split.TRAIN),
                    snapshot.documents(Split.VALIDATION));
        }

        public String uri() {
            return DatasetSnapshot.uri(dataset, number);
        }

        public TokenType tokenType() {
            return TokenType.of(vocabulary.size());
        }

        /** Reads the snapshot; throws if it is missing or another one. */
        public DatasetSnapshot read(Storage storage) throws IOException {
            byte[] bytes = storage.read(uri());
            String found = Hashes.sha256(bytes);
            if (!found.equals(sha256)) {
                throw new CorruptFileException(uri(), "SHA-256 " + sha256, found, "another snapshot took its place");
            }
            return DatasetSnapshot.fromJson(uri(), bytes);
        }
    }
}
