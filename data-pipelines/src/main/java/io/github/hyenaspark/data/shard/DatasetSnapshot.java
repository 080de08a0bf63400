package io.github.hyenaspark.data.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.StoredFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/**
 * What a dataset is at one time: the file {@code snapshots/NNNNNNNN.json}, created last and never changed. It says
 * nothing about when or where it was made, so the same input gives the same bytes. Whatever no snapshot lists belongs
 * to no dataset.
 *
 * @param number 1, 2, 3, ...
 * @param parent SHA-256 (hex) of the snapshot before; empty for the first
 * @param fingerprint of all settings that decide the shards
 * @param settings these settings, as text
 * @param vocabulary what made the ids
 * @param units work units in the order of the input
 * @param shards shards in the order of their units, train before validation in each
 */
public record DatasetSnapshot(
        long number,
        String parent,
        String fingerprint,
        Map<String, String> settings,
        Vocabulary vocabulary,
        List<UnitEntry> units,
        List<ShardEntry> shards)
        implements Serializable {
    private static final long FORMAT = 1;
    private static final String DIRECTORY = "snapshots";
    private static final Pattern NAME = Pattern.compile("\\d{8}\\.json");

    public DatasetSnapshot {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        units = Collections.unmodifiableList(new ArrayList<>(units));
        shards = Collections.unmodifiableList(new ArrayList<>(shards));
    }

    /**
     * The newest snapshot of a dataset.
     *
     * @throws IllegalArgumentException if it has none, or the dataset's name is empty
     * @throws CorruptFileException if it cannot be read
     */
    public static DatasetSnapshot newest(Storage storage, String dataset) throws IOException {
        if (dataset.isBlank()) {
            throw new IllegalArgumentException("data.dataset: found \"" + dataset + "\", expected a directory");
        }
        return find(storage, dataset)
                .orElseThrow(() -> new IllegalArgumentException(
                        "data.dataset: there is no snapshot in " + dataset + "; run prepare first"));
    }

    /**
     * The snapshot that the settings name.
     *
     * @param number of the snapshot, as in its file's name, with or without zeros in front; empty for the newest
     * @throws IllegalArgumentException if there is no such snapshot
     * @throws CorruptFileException if it cannot be read
     */
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

    /**
     * The newest snapshot of a dataset, if there is one.
     *
     * @throws CorruptFileException if it cannot be read
     */
    public static Optional<DatasetSnapshot> find(Storage storage, String dataset) throws IOException {
        List<String> names = storage.list(Storage.resolve(dataset, DIRECTORY)).stream()
                .map(StoredFile::name)
                .filter(name -> NAME.matcher(name).matches())
                .sorted()
                .toList();
        if (names.isEmpty()) {
            return Optional.empty();
        }
        String uri = Storage.resolve(Storage.resolve(dataset, DIRECTORY), names.get(names.size() - 1));
        return Optional.of(fromJson(uri, storage.read(uri)));
    }

    /** Where the file of this snapshot is in a dataset. */
    public String uri(String dataset) {
        return uri(dataset, number);
    }

    private static String uri(String dataset, long number) {
        String name = String.format(Locale.ROOT, "%08d.json", number);
        return Storage.resolve(Storage.resolve(dataset, DIRECTORY), name);
    }

    /** SHA-256 (hex) of {@link #toJson}: the identity of the data. */
    public String sha256() {
        return Hashes.sha256(toJson());
    }

    /** Whether both hold the same documents in the same shards, whatever their numbers are. */
    public boolean sameContent(DatasetSnapshot other) {
        return fingerprint.equals(other.fingerprint)
                && vocabulary.equals(other.vocabulary)
                && units.equals(other.units)
                && shards.equals(other.shards);
    }

    /** What the shards have in common. */
    public TokenType tokenType() {
        return TokenType.of(vocabulary.size());
    }

    /** The shards of one split. */
    public List<ShardEntry> shards(Split split) {
        return shards.stream().filter(shard -> shard.split() == split).toList();
    }

    /** Documents of one split. */
    public long documents(Split split) {
        return sum(split, ShardEntry::documents);
    }

    /** Tokens of one split, the ends of the documents included. */
    public long tokens(Split split) {
        return sum(split, ShardEntry::tokens);
    }

    /** Bytes of the documents' texts of one split. */
    public long textBytes(Split split) {
        return sum(split, ShardEntry::textBytes);
    }

    /** Documents that were refused. */
    public long rejected() {
        return units.stream().mapToLong(UnitEntry::rejected).sum();
    }

    private long sum(Split split, ToLongFunction<ShardEntry> fact) {
        return shards(split).stream().mapToLong(fact).sum();
    }

    /** The {@code index.json} with which MosaicML Streaming reads one split: a view, not the truth. */
    public byte[] mdsIndex(Split split, ShardFormat format) {
        ArrayNode list = Json.array();
        for (ShardEntry shard : shards(split)) {
            ObjectNode file = Json.object()
                    .put("basename", shard.file().substring(split.folder().length() + 1))
                    .put("bytes", shard.facts().bytes());
            file.putObject("hashes").put("sha256", shard.facts().sha256());
            ObjectNode entry = MdsLayout.config(format);
            entry.set("raw_data", file);
            entry.put("samples", shard.documents()).putNull("zip_data");
            list.add(entry);
        }
        ObjectNode index = Json.object();
        index.set("shards", list);
        return Json.bytes(index.put("version", 2));
    }

    /** The bytes of the snapshot's file. */
    public byte[] toJson() {
        ObjectNode json = Json.object()
                .put("format", FORMAT)
                .put("number", number)
                .put("parent", parent)
                .put("fingerprint", fingerprint);
        ObjectNode settingsJson = json.putObject("settings");
        settings.forEach(settingsJson::put);
        json.set("tokenizer", vocabulary.toJson());
        ArrayNode unitsJson = json.putArray("units");
        units.forEach(unit -> unitsJson.add(unit.toJson()));
        ArrayNode shardsJson = json.putArray("shards");
        shards.forEach(shard -> shardsJson.add(shard.toJson()));
        return Json.bytes(json);
    }

    /**
     * From {@link #toJson}.
     *
     * @param file where the bytes are from, for the message
     * @throws CorruptFileException if something is missing or of another type
     */
    public static DatasetSnapshot fromJson(String file, byte[] bytes) throws CorruptFileException {
        JsonNode json = Json.parse(file, bytes);
        long format = Json.wholeNumber(json, file, "format");
        if (format != FORMAT) {
            throw new CorruptFileException(file, "format " + FORMAT, "format " + format);
        }
        ObjectNode settingsJson = Json.object(json, file, "settings");
        Map<String, String> settings = new TreeMap<>();
        for (var keys = settingsJson.fieldNames(); keys.hasNext(); ) {
            String key = keys.next();
            settings.put(key, Json.text(settingsJson, file, key));
        }
        List<UnitEntry> units = new ArrayList<>();
        for (JsonNode unit : Json.elements(json, file, "units")) {
            units.add(UnitEntry.fromJson(unit, file));
        }
        List<ShardEntry> shards = new ArrayList<>();
        for (JsonNode shard : Json.elements(json, file, "shards")) {
            shards.add(ShardEntry.fromJson(shard, file));
        }
        return new DatasetSnapshot(
                Json.wholeNumber(json, file, "number"),
                Json.text(json, file, "parent"),
                Json.text(json, file, "fingerprint"),
                settings,
                Vocabulary.fromJson(Json.object(json, file, "tokenizer"), file),
                units,
                shards);
    }
}
