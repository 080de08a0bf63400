package io.github.hyenaspark.data.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * What a unit record and a snapshot say about a shard: its {@code .bin}, {@code train/U/tok-UNIT-HASH.bin} in the
 * dataset, its tokens including the ends of the documents, and the bytes of their texts.
 */
public record ShardEntry(
        ObjectRef bin, ObjectRef index, ObjectRef checksums, long documents, long tokens, long textBytes)
        implements Serializable {
    static final String BIN = ".bin";

    public ShardEntry {
        Split.ofFolder(bin.file().substring(0, Math.max(0, bin.file().indexOf('/'))));
    }

    public String file() {
        return bin.file();
    }

    public List<ObjectRef> files() {
        return List.of(bin, index, checksums);
    }

    public Split split() {
        return Split.ofFolder(file().substring(0, file().indexOf('/')));
    }

    /**
     * Tokens of each document, its end included, from the {@code .idx}. Throws if it is not the one that the snapshot
     * means, or a document does not lie where {@link MdsLayout} puts it.
     */
    public int[] documentTokens(Storage storage, String dataset, TokenType type) throws IOException {
        String uri = Storage.resolve(dataset, index.file());
        MegatronIndex found = MegatronIndex.parse(uri, index.read(storage, dataset), type);
        found.requireDocuments(uri, documents);
        found.requireLayout(uri, bin.bytes());
        return found.tokens();
    }

    /** The file beside a {@code .bin}: its {@code .idx} or {@code .crc}. */
    static String beside(String file, String suffix) {
        if (!file.endsWith(BIN)) {
            throw new IllegalArgumentException("a shard's name ends with .bin, found " + file);
        }
        return file.substring(0, file.length() - BIN.length()) + suffix;
    }

    public ObjectNode toJson() {
        return Json.object()
                .put("file", bin.file())
                .put("bytes", bin.bytes())
                .put("sha256", bin.sha256())
                .put("index_bytes", index.bytes())
                .put("index_sha256", index.sha256())
                .put("checksum_bytes", checksums.bytes())
                .put("checksum_sha256", checksums.sha256())
                .put("documents", documents)
                .put("tokens", tokens)
                .put("text_bytes", textBytes);
    }

    public static ShardEntry fromJson(JsonNode json, String where) throws CorruptFileException {
        String file = Json.text(json, where, "file");
        try {
            return new ShardEntry(
                    part(json, where, file, ""),
                    part(json, where, beside(file, ".idx"), "index_"),
                    part(json, where, beside(file, ".crc"), "checksum_"),
                    Json.wholeNumber(json, where, "documents"),
                    Json.wholeNumber(json, where, "tokens"),
                    Json.wholeNumber(json, where, "text_bytes"));
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(where, "SPLIT/NAME.bin as \"file\"", "\"" + file + "\"");
        }
    }

    private static ObjectRef part(JsonNode json, String where, String file, String key) throws CorruptFileException {
        return new ObjectRef(
                file, Json.wholeNumber(json, where, key + "bytes"), Json.text(json, where, key + "sha256"));
    }
}
