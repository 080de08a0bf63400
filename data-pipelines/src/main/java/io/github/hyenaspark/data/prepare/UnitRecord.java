package io.github.hyenaspark.data.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.UnitEntry;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one work unit gave: the file {@code units/CONFIG-FINGERPRINT/UNIT-KEY.json}, created once and never changed.
 * While its objects are there the unit need not be done again.
 *
 * @param unit the unit's name
 * @param documents in the order of the input
 * @param rejects what was refused, in the order of the input
 * @param shards as the shard writer gave them
 */
public record UnitRecord(
        String unit, List<PreparedDocument> documents, List<QuarantineRecord> rejects, List<ShardEntry> shards) {
    private static final long FORMAT = 1;

    public UnitRecord {
        documents = List.copyOf(documents);
        rejects = List.copyOf(rejects);
        shards = List.copyOf(shards);
    }

    /** The record of a unit, if it has been done. */
    static Optional<UnitRecord> find(Storage storage, DataConfig config, WorkUnit unit) throws IOException {
        String uri = uri(config, unit);
        try {
            return Optional.of(fromJson(uri, storage.read(uri)));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    static String uri(DataConfig config, WorkUnit unit) {
        String directory = Storage.resolve(config.dataset(), "units/" + config.fingerprint());
        return Storage.resolve(directory, unit.key() + ".json");
    }

    /** Whether the files of all its shards are there with the lengths it says. */
    boolean isIntact(Storage storage, String dataset) throws IOException {
        for (ShardEntry shard : shards) {
            boolean intact = hasLength(
                            storage,
                            Storage.resolve(dataset, shard.file()),
                            shard.facts().bytes())
                    && hasLength(
                            storage,
                            Storage.resolve(dataset, shard.indexFile()),
                            shard.facts().indexBytes());
            if (!intact) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasLength(Storage storage, String uri, long bytes) throws IOException {
        try {
            return storage.length(uri) == bytes;
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** What a snapshot says about the unit; nothing in it depends on when a document was changed or where it is. */
    UnitEntry entry() {
        var facts = new StringBuilder();
        for (PreparedDocument document : documents) {
            facts.append(Json.line(document.toJson().without(List.of("uri", "modified_millis"))))
                    .append('\n');
        }
        for (QuarantineRecord reject : rejects) {
            facts.append(Json.line(reject.toJson().without(List.of("uri")))).append('\n');
        }
        String digest = Hashes.sha256(facts.toString().getBytes(StandardCharsets.UTF_8));
        return new UnitEntry(unit, documents.size(), rejects.size(), digest);
    }

    /** The bytes of the record's file. */
    byte[] toJson() {
        ObjectNode json = Json.object().put("format", FORMAT).put("unit", unit);
        ArrayNode documentsJson = json.putArray("documents");
        documents.forEach(document -> documentsJson.add(document.toJson()));
        ArrayNode rejectsJson = json.putArray("rejects");
        rejects.forEach(reject -> rejectsJson.add(reject.toJson()));
        ArrayNode shardsJson = json.putArray("shards");
        shards.forEach(shard -> shardsJson.add(shard.toJson()));
        return Json.bytes(json);
    }

    static UnitRecord fromJson(String file, byte[] bytes) throws CorruptFileException {
        JsonNode json = Json.parse(file, bytes);
        long format = Json.wholeNumber(json, file, "format");
        if (format != FORMAT) {
            throw new CorruptFileException(file, "format " + FORMAT, "format " + format);
        }
        List<PreparedDocument> documents = new ArrayList<>();
        for (JsonNode document : Json.elements(json, file, "documents")) {
            documents.add(PreparedDocument.fromJson(document, file));
        }
        List<QuarantineRecord> rejects = new ArrayList<>();
        for (JsonNode reject : Json.elements(json, file, "rejects")) {
            rejects.add(QuarantineRecord.fromJson(reject, file));
        }
        List<ShardEntry> shards = new ArrayList<>();
        for (JsonNode shard : Json.elements(json, file, "shards")) {
            shards.add(ShardEntry.fromJson(shard, file));
        }
        return new UnitRecord(Json.text(json, file, "unit"), documents, rejects, shards);
    }
}
