package io.github.hyenaspark.data.shard.snapshot;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.MdsLayout;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardFormat;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.TokenType;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.SealedJson;
import io.github.hyenaspark.io.Storage;
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
 * The state of a dataset at one time: the file {@code snapshots/NNNNNNNN.json}, created last and never changed. It does
 * not tell when or where it was made, so the same input gives the same bytes. What no snapshot lists belongs to no
 * dataset. Units are in the order in which they joined the dataset, by path within one snapshot.
 *
 * @param number 1, 2, 3, ...
 * @param parent SHA-256 (hex) of the previous snapshot; empty for the first
 * @param fingerprint of all settings that decide the shards
 */
public record DatasetSnapshot(
        long number,
        String parent,
        String fingerprint,
        Map<String, String> settings,
        Vocabulary vocabulary,
        List<UnitEntry> units)
        implements Serializable {
    private static final long FORMAT = 2;
    private static final String DIRECTORY = "snapshots";
    private static final Pattern NAME = Pattern.compile("\\d{8}\\.json");

    public DatasetSnapshot {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        units = Collections.unmodifiableList(new ArrayList<>(units));
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
        String directory = Storage.resolve(dataset, DIRECTORY);
        return storage.list(directory).stream()
                .map(FileInfo::name)
                .filter(name -> NAME.matcher(name).matches())
                .sorted()
                .map(name -> Storage.resolve(directory, name))
                .toList();
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

    /** Whether both hold the same documents in the same shards, whatever their numbers. */
    public boolean sameContent(DatasetSnapshot other) {
        return fingerprint.equals(other.fingerprint)
                && vocabulary.fingerprint().equals(other.vocabulary.fingerprint())
                && units.equals(other.units);
    }

    public TokenType tokenType() {
        return TokenType.of(vocabulary.size());
    }

    public List<ShardEntry> shards() {
        return units.stream().flatMap(unit -> unit.shards().stream()).toList();
    }

    public List<ShardEntry> shards(Split split) {
        return units.stream().flatMap(unit -> unit.shards(split).stream()).toList();
    }

    public long documents(Split split) {
        return sum(split, ShardEntry::documents);
    }

    /** Tokens of one split, including the ends of the documents. */
    public long tokens(Split split) {
        return sum(split, ShardEntry::tokens);
    }

    public long textBytes(Split split) {
        return sum(split, ShardEntry::textBytes);
    }

    public UnitEntry.Counts counts() {
        return units.stream().map(UnitEntry::counts).reduce(UnitEntry.Counts.NONE, UnitEntry.Counts::plus);
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
                    .put("bytes", shard.bin().bytes());
            file.putObject("hashes").put("sha256", shard.bin().sha256());
            ObjectNode entry = MdsLayout.config(format);
            entry.set("raw_data", file);
            entry.put("samples", shard.documents()).putNull("zip_data");
            list.add(entry);
        }
        ObjectNode index = Json.object();
        index.set("shards", list);
        return Json.bytes(index.put("version", 2));
    }

    public byte[] toJson() {
        ObjectNode json = Json.object()
                .put("format", FORMAT)
                .put("number", number)
                .put("parent", parent)
                .put("fingerprint", fingerprint);
        settings.forEach(json.putObject("settings")::put);
        json.set("tokenizer", vocabulary.toJson());
        json.putArray("units").addAll(units.stream().map(UnitEntry::toJson).toList());
        return SealedJson.SEAL.seal(json);
    }

    /** Reads {@link #toJson}; refuses changed bytes and other formats. */
    public static DatasetSnapshot fromJson(String file, byte[] bytes) throws CorruptFileException {
        long format = Json.wholeNumber(Json.parse(file, bytes), file, "format");
        if (format != FORMAT) {
            throw new CorruptFileException(
                    file, "format " + FORMAT, "format " + format, "prepare the corpus into another data.dataset");
        }
        ObjectNode json = SealedJson.SEAL.open(file, bytes);
        ObjectNode settingsJson = Json.object(json, file, "settings");
        Map<String, String> settings = new TreeMap<>();
        for (String key : (Iterable<String>) settingsJson::fieldNames) {
            settings.put(key, Json.text(settingsJson, file, key));
        }
        return new DatasetSnapshot(
                Json.wholeNumber(json, file, "number"),
                Json.text(json, file, "parent"),
                Json.text(json, file, "fingerprint"),
                settings,
                Vocabulary.fromJson(Json.object(json, file, "tokenizer"), file),
                Json.list(json, file, "units", UnitEntry::fromJson));
    }
}
