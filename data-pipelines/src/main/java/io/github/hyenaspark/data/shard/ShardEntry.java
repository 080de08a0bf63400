package io.github.hyenaspark.data.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.io.Serializable;
import java.util.List;

/**
 * What a unit record and a snapshot say about a shard: its {@code .bin}, {@code train/tok-UNIT-HASH.bin} in the
 * dataset, its tokens including the ends of the documents, and the bytes of their texts.
 */
public record ShardEntry(String file, Facts facts, long documents, long tokens, long textBytes)
        implements Serializable {
    static final String BIN = ".bin";
    private static final String IDX = ".idx";
    private static final String CRC = ".crc";

    public ShardEntry {
        ObjectRef.requireWithin(file);
        Split.ofFolder(file.substring(0, Math.max(0, file.indexOf('/'))));
        if (!file.endsWith(BIN)) {
            throw new IllegalArgumentException("a shard's name ends with .bin, found " + file);
        }
    }

    /** Length and SHA-256 (hex) of a shard's {@code .bin}, {@code .idx} and {@code .crc}. */
    public record Facts(
            long bytes, String sha256, long indexBytes, String indexSha256, long checksumBytes, String checksumSha256)
            implements Serializable {}

    public List<ObjectRef> files() {
        return List.of(
                new ObjectRef(file, facts.bytes(), facts.sha256()),
                new ObjectRef(indexFile(), facts.indexBytes(), facts.indexSha256()),
                new ObjectRef(checksumFile(), facts.checksumBytes(), facts.checksumSha256()));
    }

    public Split split() {
        return Split.ofFolder(file.substring(0, file.indexOf('/')));
    }

    public String indexFile() {
        return indexFile(file);
    }

    public String checksumFile() {
        return checksumFile(file);
    }

    static String indexFile(String file) {
        return file.substring(0, file.length() - BIN.length()) + IDX;
    }

    static String checksumFile(String file) {
        return file.substring(0, file.length() - BIN.length()) + CRC;
    }

    public ObjectNode toJson() {
        return Json.object()
                .put("file", file)
                .put("bytes", facts.bytes())
                .put("sha256", facts.sha256())
                .put("index_bytes", facts.indexBytes())
                .put("index_sha256", facts.indexSha256())
                .put("checksum_bytes", facts.checksumBytes())
                .put("checksum_sha256", facts.checksumSha256())
                .put("documents", documents)
                .put("tokens", tokens)
                .put("text_bytes", textBytes);
    }

    /** Reads {@link #toJson}; {@code where} names the file in messages. */
    public static ShardEntry fromJson(JsonNode json, String where) throws CorruptFileException {
        var facts = new Facts(
                Json.wholeNumber(json, where, "bytes"),
                Json.text(json, where, "sha256"),
                Json.wholeNumber(json, where, "index_bytes"),
                Json.text(json, where, "index_sha256"),
                Json.wholeNumber(json, where, "checksum_bytes"),
                Json.text(json, where, "checksum_sha256"));
        String file = Json.text(json, where, "file");
        try {
            return new ShardEntry(
                    file,
                    facts,
                    Json.wholeNumber(json, where, "documents"),
                    Json.wholeNumber(json, where, "tokens"),
                    Json.wholeNumber(json, where, "text_bytes"));
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(where, "SPLIT/NAME.bin as \"file\"", "\"" + file + "\"");
        }
    }
}
