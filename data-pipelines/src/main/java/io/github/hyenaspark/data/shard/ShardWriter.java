package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the tokens of one work unit into shards. A shard holds whole documents of one split; its {@code .bin} is both
 * an MDS shard ({@link MdsLayout}) and, with its {@code .idx} ({@link MegatronIndex}), a Megatron dataset; its
 * {@code .crc} ({@link BlockChecksums}) lets readers check what they read. Names carry a hash of all that decides the
 * bytes, so the same documents give the same files wherever and however often they are written. Confined to one thread.
 */
public final class ShardWriter implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardWriter.class);
    private static final long BYTES_IN_MEMORY = 16L << 20;

    private final ShardFormat format;
    private final String tokenizer;
    private final int largest;
    private final long longestDocument;
    private final TokenSpool spool = new TokenSpool(BYTES_IN_MEMORY);
    private final Map<Split, List<ShardGroup>> groups = new EnumMap<>(Split.class);
    private long documentStart;

    /** Tokens beyond 16 MiB go to a temporary file; the tokenizer's fingerprint is part of the files' names. */
    public ShardWriter(ShardFormat format, String tokenizer) {
        this.format = format;
        this.tokenizer = tokenizer;
        this.largest = format.vocabularySize() - 1;
        this.longestDocument = format.longestDocument();
        for (Split split : Split.values()) {
            groups.put(split, new ArrayList<>());
        }
    }

    /** Adds ids, in [0, V), to the current document; refuses more tokens than a shard holds. */
    public void append(int[] ids, int count) throws IOException {
        checkRange(ids, count);
        if (currentTokens() + count > longestDocument) {
            throw new DocumentTooLongException(longestDocument);
        }
        spool.append(format.type(), ids, count);
    }

    private void checkRange(int[] ids, int count) {
        int wrong = 0; // its sign bit: a branch for each id would cost more than storing it
        for (int i = 0; i < count; i++) {
            wrong |= ids[i] | (largest - ids[i]);
        }
        for (int i = 0; wrong < 0 && i < count; i++) {
            if (ids[i] < 0 || ids[i] > largest) {
                throw new IllegalArgumentException(
                        "token id " + ids[i] + " is not in [0, " + format.vocabularySize() + ")");
            }
        }
    }

    /**
     * Ends the current document and returns its tokens. The hash is the SHA-256 (hex) of its encoded text; with format
     * and tokenizer it must decide the tokens.
     */
    public long endDocument(Split split, long textBytes, String contentSha256) {
        int tokens = Math.toIntExact(currentTokens());
        if (tokens == 0) {
            throw new IllegalStateException("a document has at least one token, the one that ends it");
        }
        List<ShardGroup> ofSplit = groups(split);
        if (ofSplit.isEmpty() || !ofSplit.get(ofSplit.size() - 1).hasRoom(tokens)) {
            ofSplit.add(new ShardGroup(format, tokenizer));
        }
        ShardGroup group = ofSplit.get(ofSplit.size() - 1);
        group.add(documentStart, tokens, textBytes, contentSha256);
        documentStart = spool.bytes();
        return tokens;
    }

    /**
     * How the names of a unit's shards begin. They lie in sixteen folders, by the first digit of the unit: a store
     * lists one folder page by page, and HDFS holds 1,048,576 names in one
     * (dfs.namenode.fs-limits.max-directory-items).
     */
    public static String prefix(Split split, String unit) {
        return split.folder() + "/" + unit.charAt(0) + "/tok-" + unit + "-";
    }

    public void discardDocument() throws IOException {
        spool.cut(documentStart);
    }

    /** Writes the shards, train first, in the order in which documents ended. Nothing can be added after that. */
    public List<ShardEntry> write(Storage storage, String dataset, String unit) throws IOException {
        List<ShardEntry> shards = new ArrayList<>();
        for (Split split : Split.values()) {
            for (ShardGroup group : groups(split)) {
                ShardEntry shard = group.write(spool, storage, dataset, prefix(split, unit));
                LOG.info("shard {}: {} documents, {} tokens", shard.file(), shard.documents(), shard.tokens());
                TestPoint.reached("shard {}: {} documents", shard.file(), shard.documents());
                shards.add(shard);
            }
        }
        return shards;
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }

    /** Tokens of the current document so far. */
    public long currentTokens() {
        return (spool.bytes() - documentStart) / format.type().bytes();
    }

    private List<ShardGroup> groups(Split split) {
        return Objects.requireNonNull(groups.get(split));
    }

    public static final class DocumentTooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        DocumentTooLongException(long longest) {
            super("more than " + longest + " tokens, the most that a shard holds");
        }
    }
}
