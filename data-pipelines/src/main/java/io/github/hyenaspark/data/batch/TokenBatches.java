package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.batch.PackingPlan.Part;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.index.DocumentTokens;
import io.github.hyenaspark.data.shard.index.SplitIndex;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.Batch;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Reads sequences of one split of a snapshot as batches, one range of a shard per part of a sequence.
 * {@link BatchCursor} chooses the sequences, {@link PackingPlan} says what they are made of. Confined to one thread.
 */
public final class TokenBatches implements Closeable {
    private final SplitDocuments documents;
    private final PackingPlan plan;
    private final int length;
    private final Vocabulary vocabulary;
    private final int[] tokens;

    private TokenBatches(SplitDocuments documents, PackingPlan plan, Vocabulary vocabulary) {
        this.documents = documents;
        this.plan = plan;
        this.length = plan.config().length();
        this.vocabulary = vocabulary;
        this.tokens = new int[Math.addExact(length, 1)];
    }

    /**
     * Opens a split; reads its index, and no shard before a batch is asked for. IllegalArgumentException if the split
     * has no text, or (to train on) none that fills a sequence. CorruptFileException if the index is damaged.
     */
    public static TokenBatches open(Storage storage, DatasetSnapshot.Ref snapshot, Split split, PackingConfig packing)
            throws IOException {
        return of(storage, SplitIndex.open(storage, snapshot, split), packing, snapshot.vocabulary());
    }

    /** The same of a snapshot that has been read. */
    public static TokenBatches open(
            Storage storage, DatasetSnapshot snapshot, String dataset, Split split, PackingConfig packing)
            throws IOException {
        return of(storage, SplitIndex.of(storage, dataset, snapshot, split), packing, snapshot.vocabulary());
    }

    static TokenBatches of(Storage storage, SplitIndex index, PackingConfig packing, Vocabulary vocabulary) {
        check(index, packing);
        return new TokenBatches(new SplitDocuments(storage, index), PackingPlan.of(index, packing), vocabulary);
    }

    /** The same sequences for another thread; index and plan are shared. */
    public TokenBatches forAnotherThread() {
        return new TokenBatches(documents.forAnotherThread(), plan, vocabulary);
    }

    /** Tells whether the documents of a split fill a sequence. */
    public static final class Sizes {
        private long documents;
        private long longest;
        private long sum;

        /** Counts a document of so many tokens, none if plans leave it out. */
        public void add(long tokens) {
            documents++;
            longest = Math.max(longest, tokens);
            sum += tokens;
        }

        /** Refuses a split, by its name, that has no text, or (to train on) none that fills a sequence. */
        public void check(String name, Split split, PackingConfig packing) {
            if (longest < 2) {
                throw new IllegalArgumentException("there is no text in " + name + ": found " + documents
                        + " documents, the longest of " + longest
                        + " tokens; prepare more documents or change data.validation-fraction");
            }
            // Measuring on short documents is fine; learning from padding alone at length L is not.
            if (split == Split.TRAIN) {
                boolean single = packing.strategy() == PackingConfig.Strategy.SINGLE;
                long most = single ? longest : sum;
                if (most <= packing.length()) {
                    String of = single ? "the longest document of " : "all documents together of ";
                    throw new IllegalArgumentException("model.l-max: found " + packing.length() + ", expected at most "
                            + (most - 1) + ": " + of + name + (single ? " has " : " have ") + most
                            + " tokens, and a full sequence takes one more than l-max");
                }
            }
        }
    }

    private static void check(SplitIndex index, PackingConfig packing) {
        var sizes = new Sizes();
        for (long document = 0; document < index.documents(); document++) {
            sizes.add(index.tokens(document));
        }
        sizes.check(index.name(), index.split(), packing);
    }

    /** The same with at most {@code count} documents that have a target, spread evenly; closing one closes both. */
    public TokenBatches ofSome(long count) {
        DocumentTokens all = plan.documents();
        long candidates = 0;
        for (long document = 0; count < all.documents() && document < all.documents(); document++) {
            candidates += all.tokens(document) > 1 ? 1 : 0;
        }
        if (candidates <= count) {
            return this;
        }
        long[] chosen = new long[Math.toIntExact((all.documents() + Long.SIZE - 1) / Long.SIZE)];
        long share = 0; // of the next one, in candidates
        for (long document = 0; document < all.documents(); document++) {
            if (all.tokens(document) > 1) {
                share += count;
                if (share >= candidates) {
                    share -= candidates;
                    chosen[(int) (document >>> 6)] |= 1L << document;
                }
            }
        }
        return new TokenBatches(documents, PackingPlan.of(new Chosen(all, chosen), plan.config()), vocabulary);
    }

    /** Some of the documents, by a bit each, under their numbers; of the others those with targets are left out. */
    private record Chosen(DocumentTokens all, long[] chosen) implements DocumentTokens {
        @Override
        public long documents() {
            return all.documents();
        }

        @Override
        public long tokens(long document) {
            long tokens = all.tokens(document);
            return tokens <= 1 || (chosen[(int) (document >>> 6)] >>> document & 1) != 0 ? tokens : 0;
        }
    }

    public PackingPlan plan() {
        return plan;
    }

    public long sequences() {
        return plan.sequences();
    }

    /**
     * Reads sequences, at least one, by numbers in [0, {@link #sequences()}). After its last part a sequence is padded
     * with end-of-document ids and ignored targets. Also ignored are targets with the vocabulary's masked id, and the
     * target after a document's end. Throws if a shard has changed since it was written.
     */
    public Batch batch(long[] sequences) throws IOException {
        List<List<Part>> rows = Arrays.stream(sequences).mapToObj(plan::parts).toList();
        int size = Math.multiplyExact(sequences.length, length);
        int[] ids = new int[size];
        int[] targets = new int[size];
        int[] starts = new int[rows.stream().mapToInt(List::size).sum()];
        Arrays.fill(ids, vocabulary.endOfDocument());
        Arrays.fill(targets, Batch.IGNORED);
        int part = 0;
        for (int row = 0; row < rows.size(); row++) {
            int at = row * length;
            for (Part next : rows.get(row)) {
                starts[part++] = at;
                read(next, ids, targets, at);
                at += next.inputs();
            }
        }
        return new Batch(ids, targets, starts, sequences.length, length);
    }

    private void read(Part part, int[] ids, int[] targets, int at) throws IOException {
        long left = plan.documents().tokens(part.document()) - part.from();
        int count = (int) Math.min(part.inputs() + 1L, left);
        documents.read(part.document(), part.from(), tokens, count);
        System.arraycopy(tokens, 0, ids, at, part.inputs());
        int masked = vocabulary.masked();
        for (int i = 1; i < count; i++) {
            targets[at + i - 1] = tokens[i] == masked ? Batch.IGNORED : tokens[i];
        }
    }

    @Override
    public void close() throws IOException {
        documents.close();
    }
}
