package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.index.SplitIndex;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the documents of one split of a snapshot; opens a shard when it is read, and keeps some of them. Confined to
 * one thread, but the index is shared.
 */
final class SplitDocuments implements Closeable {
    private static final int OPEN_FILES = 64;
    /** Of a shard whose file is closed the checksums are kept, and of an object its blocks while there is room. */
    private static final int KNOWN_SHARDS = 1024;

    private final Storage storage;
    private final SplitIndex index;
    private final Map<Integer, ShardReader> open = new LinkedHashMap<>(); // the one used last at the end
    private final Map<Integer, ShardReader> closed = new LinkedHashMap<>(); // the one closed last at the end

    SplitDocuments(Storage storage, SplitIndex index) {
        this.storage = storage;
        this.index = index;
    }

    SplitDocuments forAnotherThread() {
        return new SplitDocuments(storage, index);
    }

    SplitIndex index() {
        return index;
    }

    /** Reads a document's tokens to the front of an array, as {@link ShardReader#read} does. */
    void read(long document, long from, int[] to, int count) throws IOException {
        int shard = index.shardOf(document);
        opened(shard).read((int) (document - index.firstDocument(shard)), from, to, 0, count);
    }

    private ShardReader opened(int shard) throws IOException {
        ShardReader known = open.remove(shard);
        if (known == null) {
            known = closed.remove(shard);
        }
        ShardReader reader = known == null ? index.reader(storage, shard) : known;
        open.put(shard, reader);
        if (open.size() > OPEN_FILES) {
            Map.Entry<Integer, ShardReader> oldest = open.entrySet().iterator().next();
            int number = oldest.getKey();
            ShardReader closing = oldest.getValue();
            open.remove(number);
            closing.close();
            closed.put(number, closing);
            if (closed.size() > KNOWN_SHARDS) {
                closed.remove(closed.keySet().iterator().next());
            }
        }
        return reader;
    }

    @Override
    public void close() throws IOException {
        List<ShardReader> all = new ArrayList<>(open.values());
        open.clear();
        for (ShardReader reader : all) {
            reader.close();
        }
    }
}
