package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents of one split of a snapshot, one after another, for a driver: it keeps 150 bytes a shard and nothing of
 * a document.
 */
public final class SplitScan {
    private static final Logger LOG = LoggerFactory.getLogger(SplitScan.class);
    private static final int CHECKED_SHARDS = 64;
    /** So many files everybody may read for himself. */
    private static final int FEW_PARTS = 8;

    private final Storage storage;
    private final DatasetSnapshot.Ref snapshot;
    private final Split split;
    private final ShardTable shards;
    private final int parts;

    private SplitScan(Storage storage, DatasetSnapshot.Ref snapshot, Split split, ShardTable shards, int parts) {
        this.storage = storage;
        this.snapshot = snapshot;
        this.split = split;
        this.shards = shards;
        this.parts = parts;
    }

    /** Who is given the documents of a split in their order. */
    @FunctionalInterface
    public interface Lengths {
        /** Of so many tokens, end included; plans may leave it out. */
        void document(int length, boolean leftOut) throws IOException;
    }

    /** Reads the index of a split once; CorruptFileException if it is damaged. */
    public static SplitScan of(Storage storage, DatasetSnapshot.Ref snapshot, Split split, Lengths lengths)
            throws IOException {
        var target = new Target(snapshot, split, lengths);
        int parts = IndexSource.read(storage, snapshot, IndexSource.RANGE_BYTES, target);
        target.shards().end();
        return new SplitScan(storage, snapshot, split, target.shards(), parts);
    }

    private static final class Target extends IndexSource.Target {
        private final Lengths lengths;

        Target(DatasetSnapshot.Ref snapshot, Split split, Lengths lengths) {
            super(snapshot.dataset(), split, snapshot.tokenType());
            this.lengths = lengths;
        }

        @Override
        void document(int length, boolean leftOut) throws IOException {
            lengths.document(length, leftOut);
        }
    }

    /**
     * Reads the index once more and writes it as one file for all executors, if it is in more than a few. Where that
     * cannot be written they read what it was read from.
     */
    public void share() {
        if (parts <= FEW_PARTS) {
            return;
        }
        String uri = IndexSource.uri(snapshot, split);
        try {
            storage.write(
                    uri,
                    out -> SegmentIndex.write(
                            snapshot.tokenType(),
                            shards,
                            lengths -> IndexSource.read(
                                    storage, snapshot.read(storage), new Target(snapshot, split, lengths)),
                            out));
            LOG.info("{} is the index of {} documents in {} shards", uri, documents(), shards.shards());
        } catch (IOException e) {
            LOG.warn("{} cannot be written ({}); every executor reads {} files instead", uri, e.getMessage(), parts);
        }
    }

    /** Throws if a shard is missing or its length is another; asks for 64 of them at most, spread over the split. */
    public void checkSomeShards() throws IOException {
        int count = Math.min(CHECKED_SHARDS, shards.shards());
        List<Integer> numbers = IntStream.range(0, count)
                .mapToObj(i -> (int) ((long) i * shards.shards() / count))
                .toList();
        Requests.all(numbers, number -> {
            ShardReader.Files files = shards.shard(number).files();
            new ObjectRef(files.file(), files.bytes(), "").checkLength(storage, snapshot.dataset());
            return number;
        });
    }

    /** For messages: {@code the train split of DATASET}. */
    public String name() {
        return name(snapshot.dataset(), split);
    }

    static String name(String dataset, Split split) {
        return "the " + split.folder() + " split of " + dataset;
    }

    public long documents() {
        return shards.documents();
    }
}
