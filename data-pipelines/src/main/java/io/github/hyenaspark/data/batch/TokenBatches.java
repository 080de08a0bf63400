package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.batch.PackingPlan.Part;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.Batch;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

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
     * Opens a split; reads the index of every shard and checks the lengths of all files. IllegalArgumentException if
     * the split has no text, or (to train on) none that fills a sequence. CorruptFileException if a shard is not what
     * the snapshot says.
     */
    public static TokenBatches open(
            Storage storage, DatasetSnapshot snapshot, String dataset, Split split, PackingConfig packing)
            throws IOException {
        SplitDocuments documents = SplitDocuments.open(storage, snapshot, dataset, split);
        return of(documents, SnapshotUnits.duplicates(storage, dataset, snapshot), packing, snapshot.vocabulary());
    }

    /** Batches of opened documents without the dropped ones: sorted numbers by their shard's file. */
    static TokenBatches of(
            SplitDocuments documents, Map<String, int[]> dropped, PackingConfig packing, Vocabulary vocabulary) {
        long[] documentTokens = documents.tokens(dropped);
        check(documents, documentTokens, packing);
        return new TokenBatches(documents, PackingPlan.of(documentTokens, packing), vocabulary);
    }

    private static void check(SplitDocuments documents, long[] documentTokens, PackingConfig packing) {
        long longest = Arrays.stream(documentTokens).max().orElse(0);
        if (longest < 2) {
            throw new IllegalArgumentException("there is no text in " + documents.name() + ": found "
                    + documentTokens.length + " documents, the longest of " + longest
                    + " tokens; prepare more documents or change data.validation-fraction");
        }
        // Measuring on short documents is fine; learning from padding alone at length L is not.
        if (documents.split() == Split.TRAIN) {
            boolean single = packing.strategy() == PackingConfig.Strategy.SINGLE;
            long most = single ? longest : Arrays.stream(documentTokens).sum();
            if (most <= packing.length()) {
                String of = single ? "the longest document of " : "all documents together of ";
                throw new IllegalArgumentException("model.l-max: found " + packing.length() + ", expected at most "
                        + (most - 1) + ": " + of + documents.name() + (single ? " has " : " have ") + most
                        + " tokens, and a full sequence takes one more than l-max");
            }
        }
    }

    /** The same with at most {@code count} documents that have a target, spread evenly; closing one closes both. */
    public TokenBatches ofSome(long count) {
        long[] all = plan.documentTokens();
        long candidates = Arrays.stream(all).filter(tokens -> tokens > 1).count();
        if (candidates <= count) {
            return this;
        }
        long[] some = all.clone();
        long seen = 0;
        for (int document = 0; document < some.length; document++) {
            if (some[document] > 1) {
                boolean chosen = (seen + 1) * count / candidates > seen * count / candidates; // both below 2^31
                some[document] = chosen ? some[document] : 0;
                seen++;
            }
        }
        return new TokenBatches(documents, PackingPlan.of(some, plan.config()), vocabulary);
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
        long left = plan.documentTokens()[part.document()] - part.from();
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
