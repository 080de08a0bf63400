package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The documents of one shard to be: where their tokens are in a {@link TokenSpool}, and what decides its name. */
final class ShardGroup {
    /** Changed with the layout of the files, so that no name ever has two contents. */
    private static final String LAYOUT = "mds 2, megatron 1, crc32c of 64 KiB";

    private static final int HASH_DIGITS = 16;

    private final ShardFormat format;
    private final int configBytes;
    private final MessageDigest name;
    private long[] at = new long[16];
    private int[] tokens = new int[16];
    private int documents;
    private long sampleBytes;
    private long allTokens;
    private long textBytes;
    private String hash = "";

    ShardGroup(ShardFormat format, String tokenizer) {
        this.format = format;
        this.configBytes = MdsLayout.configBytes(format);
        this.name = sha256();
        String origin = String.join("\n", LAYOUT, Json.line(MdsLayout.config(format)), tokenizer, "");
        name.update(origin.getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether the shard may have one more document of so many tokens; the first always fits. */
    boolean hasRoom(int more) {
        long grown = MdsLayout.headerBytes(documents + 1L, configBytes)
                + sampleBytes
                + MdsLayout.sampleBytes(format.type(), more);
        return documents == 0 || grown <= format.shardBytes();
    }

    /** Adds a document whose tokens begin at a byte of the spool. */
    void add(long offset, int count, long bytes, String contentSha256) {
        if (documents == at.length) {
            at = Arrays.copyOf(at, 2 * documents);
            tokens = Arrays.copyOf(tokens, 2 * documents);
        }
        at[documents] = offset;
        tokens[documents] = count;
        documents++;
        sampleBytes += MdsLayout.sampleBytes(format.type(), count);
        allTokens += count;
        textBytes += bytes;
        name.update(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, count));
        name.update(contentSha256.getBytes(StandardCharsets.US_ASCII));
    }

    ShardFormat format() {
        return format;
    }

    int documents() {
        return documents;
    }

    /** The byte of the spool at which a document's tokens begin. */
    long at(int document) {
        return at[document];
    }

    /** The tokens of each document. */
    int[] tokens() {
        return Arrays.copyOf(tokens, documents);
    }

    long allTokens() {
        return allTokens;
    }

    long textBytes() {
        return textBytes;
    }

    /** The hash in the names of the shard's files: of all that decides their bytes. No document can come after. */
    String hash() {
        if (hash.isEmpty()) {
            hash = HexFormat.of().formatHex(name.digest()).substring(0, HASH_DIGITS);
        }
        return hash;
    }
}
