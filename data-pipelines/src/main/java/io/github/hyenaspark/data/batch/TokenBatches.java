package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.DatasetSnapshot;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.Batch;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Reads sequences of one split of a snapshot as batches, one range of a shard per sequence. Which sequences to read is
 * for {@link BatchCursor} to say. Confined to one thread.
 */
public final class TokenBatches implements Closeable {
    private static final int OPEN_FILES = 64;

    private final List<ShardReader> shards;
    private final int[] firstDocument;
    private final PackingPlan plan;
    private final int length;
    private final int endOfDocument;
    /** Shards that may hold an open file, the one that was used longest ago first. */
    private final Set<ShardReader> open = new LinkedHashSet<>();

    private TokenBatches(List<ShardReader> shards, PackingPlan plan, int length, int endOfDocument) {
        this.shards = shards;
        this.plan = plan;
        this.length = length;
        this.endOfDocument = endOfDocument;
        this.firstDocument = new int[shards.size() + 1];
        for (int shard = 0; shard < shards.size(); shard++) {
            firstDocument[shard + 1] = firstDocument[shard] + shards.get(shard).documents();
        }
    }

    /**
     * Opens a split; reads the index of every shard and checks the lengths of all files.
     *
     * @param dataset the dataset's directory
     * @param length L, tokens of a sequence
     * @throws IllegalArgumentException if the split has no documents, or (to train on) none of at least L+1 tokens
     * @throws CorruptFileException if a shard is not what the snapshot says
     */
    public static TokenBatches open(Storage storage, DatasetSnapshot snapshot, String dataset, Split split, int length)
            throws IOException {
        List<ShardReader> shards = new ArrayList<>();
        for (ShardEntry entry : snapshot.shards(split)) {
            shards.add(ShardReader.open(storage, dataset, entry, snapshot.tokenType()));
        }
        long[] documentTokens = shards.stream()
                .flatMapToLong(shard -> IntStream.range(0, shard.documents()).mapToLong(shard::tokens))
                .toArray();
        check(dataset, split, documentTokens, length);
        PackingPlan plan = PackingPlan.contiguous(documentTokens, length);
        return new TokenBatches(shards, plan, length, snapshot.vocabulary().endOfDocument());
    }

    private static void check(String dataset, Split split, long[] documentTokens, int length) {
        long longest = Arrays.stream(documentTokens).max().orElse(0);
        if (longest < 2) {
            throw new IllegalArgumentException("there is no text in the " + split.folder() + " split of " + dataset
                    + ": found " + documentTokens.length + " documents, the longest of " + longest
                    + " tokens; prepare more documents or change data.validation-fraction");
        }
        // Measuring on short documents is fine; learning from padding alone at length L is not.
        if (split == Split.TRAIN && longest <= length) {
            throw new IllegalArgumentException("model.l-max: found " + length + ", expected at most " + (longest - 1)
                    + ": the longest document of the " + split.folder() + " split of " + dataset + " has " + longest
                    + " tokens, and a full sequence takes one more than l-max");
        }
    }

    /** How many sequences there are. */
    public long sequences() {
        return plan.sequences();
    }

    /**
     * Reads some sequences. Past the end of its document a sequence holds end-of-document ids and ignored targets.
     *
     * @param sequences numbers in [0, {@link #sequences()}), at least one
     * @throws CorruptFileException if a shard has shrunk since it was opened
     */
    public Batch batch(long[] sequences) throws IOException {
        int size = Math.multiplyExact(sequences.length, length);
        int[] ids = new int[size];
        int[] targets = new int[size];
        int[] tokens = new int[length + 1];
        for (int row = 0; row < sequences.length; row++) {
            int count = read(sequences[row], tokens);
            int at = row * length;
            int inputs = count - 1;
            System.arraycopy(tokens, 0, ids, at, inputs);
            System.arraycopy(tokens, 1, targets, at, inputs);
            Arrays.fill(ids, at + inputs, at + length, endOfDocument);
            Arrays.fill(targets, at + inputs, at + length, Batch.IGNORED);
        }
        return new Batch(ids, targets, sequences.length, length);
    }

    /**
     * Reads every shard whole for its hash.
     *
     * @throws CorruptFileException if the bytes of a shard are not those that the snapshot lists
     */
    public void verify() throws IOException {
        for (ShardReader shard : shards) {
            shard.verify();
        }
    }

    private int read(long sequence, int[] tokens) throws IOException {
        PackingPlan.Place place = plan.place(sequence);
        int shard = shardOf(place.document());
        ShardReader reader = opened(shards.get(shard));
        reader.read(place.document() - firstDocument[shard], place.from(), tokens, 0, place.tokens());
        return place.tokens();
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
