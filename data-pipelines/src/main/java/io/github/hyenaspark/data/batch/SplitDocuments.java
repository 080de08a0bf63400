package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The documents of one split of a snapshot, numbered across its shards. Keeps some of their files open. */
final class SplitDocuments implements Closeable {
    private static final int OPEN_FILES = 64;

    private final Split split;
    private final String dataset;
    private final List<ShardReader> shards;
    private final int[] firstDocument;
    /** Shards with an open file, the least recently used first. */
    private final Set<ShardReader> open = new LinkedHashSet<>();

    private SplitDocuments(Split split, String dataset, List<ShardReader> shards) {
        this.split = split;
        this.dataset = dataset;
        this.shards = shards;
        this.firstDocument = new int[shards.size() + 1];
        for (int shard = 0; shard < shards.size(); shard++) {
            firstDocument[shard + 1] =
                    Math.addExact(firstDocument[shard], shards.get(shard).documents());
        }
    }

    static SplitDocuments open(Storage storage, DatasetSnapshot snapshot, String dataset, Split split)
            throws IOException {
        List<ShardReader> shards = new ArrayList<>();
        for (ShardEntry entry : SnapshotUnits.shards(storage, dataset, snapshot, split)) {
            shards.add(ShardReader.open(storage, dataset, entry, snapshot.tokenType()));
        }
        return new SplitDocuments(split, dataset, shards);
    }

    Split split() {
        return split;
    }

    /** For messages: {@code the train split of DATASET}. */
    String name() {
        return "the " + split.folder() + " split of " + dataset;
    }

    /** Tokens of each document, its end included; those that {@code dropped} numbers by shard file have 0. */
    long[] tokens(Map<String, int[]> dropped) {
        long[] tokens = new long[firstDocument[shards.size()]];
        for (int i = 0; i < shards.size(); i++) {
            ShardReader shard = shards.get(i);
            int first = firstDocument[i];
            for (int document = 0; document < shard.documents(); document++) {
                tokens[first + document] = shard.tokens(document);
            }
            String file = shard.entry().file();
            for (int document : dropped.getOrDefault(file, new int[0])) {
                if (document < 0 || document >= shard.documents()) {
                    throw new IllegalArgumentException("document " + document + " of " + file + " is to be left out,"
                            + " but the shard has " + shard.documents() + " documents; is the list of duplicates that"
                            + " of this snapshot?");
                }
                tokens[first + document] = 0;
            }
        }
        return tokens;
    }

    /** Reads a document's tokens to the front of an array, as {@link ShardReader#read} does. */
    void read(int document, long from, int[] to, int count) throws IOException {
        int shard = shardOf(document);
        opened(shards.get(shard)).read(document - firstDocument[shard], from, to, 0, count);
    }

    /** No shard is empty, so the first documents of shards are all different. */
    private int shardOf(int document) {
        int found = Arrays.binarySearch(firstDocument, document);
        return found >= 0 ? found : -found - 2;
    }

    private ShardReader opened(ShardReader shard) throws IOException {
        open.remove(shard);
        open.add(shard);
        if (open.size() > OPEN_FILES) {
            ShardReader oldest = open.iterator().next();
            open.remove(oldest);
            oldest.close();
        }
        return shard;
    }

    @Override
    public void close() throws IOException {
        for (ShardReader shard : open) {
            shard.close();
        }
        open.clear();
    }
}
