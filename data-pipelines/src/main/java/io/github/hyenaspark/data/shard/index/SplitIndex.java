package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.data.shard.MdsLayout;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.ShardTable.Shard;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The documents of one split of a snapshot, numbered across its shards: how long each is, and where. Immutable: all
 * tasks of an executor share one. Takes at most 4.4 bytes a document and 130 a shard, and for documents of some
 * thousand tokens half of that.
 */
public final class SplitIndex implements DocumentTokens {
    /** Of files that no snapshot lists; each belongs to the snapshot whose SHA-256 its name begins with. */
    public static final String FOLDER = "index";

    private final String dataset;
    private final Split split;
    private final TokenType type;
    private final ShardTable shards;
    private final BlockNumbers lengths;
    private final long[] leftOut; // a bit for each document up to the last that is left out
    private final PrefixSums bytes; // of samples

    SplitIndex(Builder builder) {
        dataset = builder.dataset();
        split = builder.split();
        type = builder.type();
        shards = builder.shards();
        shards.end();
        lengths = builder.lengths;
        lengths.end();
        leftOut = builder.leftOut;
        bytes = PrefixSums.of(lengths.count(), document -> MdsLayout.sampleBytes(type, lengths.get(document)));
    }

    /** The one file for all executors of a split of the snapshot with this SHA-256, relative to the dataset. */
    public static String file(String snapshot, Split split) {
        return FOLDER + "/" + snapshot + "-" + split.folder() + ".index";
    }

    /** The index of a split: from the one file that a driver wrote of it if there is one, else as {@link #of} does. */
    public static SplitIndex open(Storage storage, DatasetSnapshot.Ref snapshot, Split split) throws IOException {
        return open(storage, snapshot, split, IndexSource.RANGE_BYTES);
    }

    static SplitIndex open(Storage storage, DatasetSnapshot.Ref snapshot, Split split, int rangeBytes)
            throws IOException {
        var builder = new Builder(snapshot.dataset(), split, snapshot.tokenType());
        IndexSource.read(storage, snapshot, rangeBytes, builder);
        return new SplitIndex(builder);
    }

    /** The index of a split from whatever the snapshot has of it. */
    public static SplitIndex of(Storage storage, String dataset, DatasetSnapshot snapshot, Split split)
            throws IOException {
        var builder = new Builder(dataset, split, snapshot.tokenType());
        IndexSource.read(storage, snapshot, builder);
        return new SplitIndex(builder);
    }

    /** The index of the first shards of segments that have so many documents together, or of all. */
    public static SplitIndex ofFirst(
            Storage storage, String dataset, Split split, TokenType type, List<Segment.Entry> segments, long documents)
            throws IOException {
        var builder = new Builder(dataset, split, type, documents);
        IndexSource.readFirst(storage, segments, builder);
        return new SplitIndex(builder);
    }

    /** For messages: {@code the train split of DATASET}. */
    public String name() {
        return SplitScan.name(dataset, split);
    }

    public Split split() {
        return split;
    }

    TokenType type() {
        return type;
    }

    ShardTable shards() {
        return shards;
    }

    public int shardCount() {
        return shards.shards();
    }

    @Override
    public long documents() {
        return shards.documents();
    }

    @Override
    public long tokens(long document) {
        return isLeftOut(document) ? 0 : length(document);
    }

    /** Tokens of a document, including its end, even if it is left out. */
    public long length(long document) {
        return lengths.get(document);
    }

    boolean isLeftOut(long document) {
        int word = (int) (document >>> 6);
        return word < leftOut.length && (leftOut[word] >>> document & 1) != 0;
    }

    public int shardOf(long document) {
        return shards.shardOf(document);
    }

    /** The number of a shard's first document. */
    public long firstDocument(int shard) {
        return shards.first(shard);
    }

    /** A reader of a shard, which opens nothing before it reads; for one thread. */
    public ShardReader reader(Storage storage, int shard) {
        Shard found = shards.shard(shard);
        long first = shards.first(shard);
        long end = shards.first(shard + 1);
        long base = found.files().bytes() - bytes.before(end);
        return new ShardReader(storage, dataset, found.files(), type, new InShard(first, (int) (end - first), base));
    }

    /** The documents of one shard; {@code base} is where document 0 of the split would begin in it. */
    private final class InShard implements ShardReader.Documents {
        private final long first;
        private final int count;
        private final long base;

        InShard(long first, int count, long base) {
            this.first = first;
            this.count = count;
            this.base = base;
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public long tokens(int document) {
            return length(first + document);
        }

        @Override
        public long pointer(int document) {
            return base + bytes.before(first + document) + MdsLayout.prefixBytes(tokens(document));
        }
    }

    /** Bytes on the heap. */
    public long heapBytes() {
        return shards.heapBytes() + lengths.heapBytes() + (long) Long.BYTES * leftOut.length + bytes.heapBytes();
    }

    /** What an index is made of, shard by shard. */
    static final class Builder extends IndexSource.Target {
        private final long enough; // documents
        private final BlockNumbers lengths = new BlockNumbers();
        private long[] leftOut = new long[0];

        Builder(String dataset, Split split, TokenType type) {
            this(dataset, split, type, Long.MAX_VALUE);
        }

        /** Of no more shards than it takes to have {@code enough} documents. */
        Builder(String dataset, Split split, TokenType type, long enough) {
            super(dataset, split, type);
            this.enough = enough;
        }

        @Override
        boolean isFull() {
            return lengths.count() >= enough;
        }

        @Override
        void document(int length, boolean left) {
            if (left) {
                leaveOut(lengths.count());
            }
            lengths.add(length);
        }

        private void leaveOut(long document) {
            int word = Math.toIntExact(document >>> 6);
            if (word >= leftOut.length) {
                leftOut = Arrays.copyOf(leftOut, word + 1 + leftOut.length / 4);
            }
            leftOut[word] |= 1L << document;
        }
    }
}
