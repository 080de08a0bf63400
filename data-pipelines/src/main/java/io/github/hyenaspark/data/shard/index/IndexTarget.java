package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.data.shard.MdsLayout;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.ShardTable.Shard;
import io.github.hyenaspark.io.CorruptFileException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Who is given the index of a split, shard by shard. Checks that each shard has the documents that it should have. */
abstract class IndexTarget {
    private static final int[] NONE = {};

    private final String dataset;
    private final Split split;
    private final TokenType type;
    private final ShardTable shards = new ShardTable();
    private final Map<String, int[]> dropped = new HashMap<>();
    private Shard shard = new Shard(0, new ShardReader.Files("none", 0, "0".repeat(64)), 0, 0);
    private int[] droppedOfShard = NONE;
    private int nextDropped; // in that
    private long documents; // of the shard
    private long sampleBytes;
    private long tokens;

    IndexTarget(String dataset, Split split, TokenType type) {
        this.dataset = dataset;
        this.split = split;
        this.type = type;
    }

    /** Takes the next document, of so many tokens, end included. */
    abstract void document(int length, boolean leftOut) throws IOException;

    /** Whether no more shards are wanted. */
    boolean isFull() {
        return false;
    }

    String dataset() {
        return dataset;
    }

    Split split() {
        return split;
    }

    TokenType type() {
        return type;
    }

    ShardTable shards() {
        return shards;
    }

    /** Leaves out more documents: ascending numbers in each affected shard, by the shard's file. */
    void leaveOut(Map<String, int[]> more) {
        dropped.putAll(more);
    }

    void begin(Shard next) {
        shard = next;
        documents = 0;
        sampleBytes = 0;
        tokens = 0;
        nextDropped = 0;
        String file = shard.files().file();
        droppedOfShard = dropped.getOrDefault(file, NONE);
        for (int document : droppedOfShard) {
            if (document < 0 || document >= shard.documents()) {
                throw new IllegalArgumentException("document " + document + " of " + file + " is to be left out,"
                        + " but the shard has " + shard.documents() + " documents; is the list of duplicates that"
                        + " of this snapshot?");
            }
        }
    }

    /** Adds a document to the shard. */
    void add(int length, boolean leftOut) throws IOException {
        boolean drops = nextDropped < droppedOfShard.length && droppedOfShard[nextDropped] == documents;
        nextDropped += drops ? 1 : 0;
        documents++;
        sampleBytes += MdsLayout.sampleBytes(type, length);
        tokens += length;
        document(length, leftOut || drops);
    }

    /** The shard is complete. */
    void end(String where, String hint) throws CorruptFileException {
        long header = shard.files().bytes() - sampleBytes;
        if (tokens != shard.tokens() || !MdsLayout.isHeader(header, shard.documents())) {
            throw new CorruptFileException(
                    where,
                    shard.tokens() + " tokens in " + shard.files().bytes() + " bytes of "
                            + shard.files().file(),
                    tokens + " tokens in " + sampleBytes + " bytes after a header of " + header,
                    hint);
        }
        shards.add(shard);
    }
}
