package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The documents of a snapshot, whole, those of the train split and then the held-out ones, each in the order of its
 * shards, without the token that ends them. A document longer than a model's longest sequence is several windows.
 * Confined to one thread.
 */
public final class LabelledDocuments implements Closeable {
    private final SplitDocuments train;
    private final SplitDocuments heldOut;
    private final int firstHeldOut;
    private final long[] tokens;

    private LabelledDocuments(SplitDocuments train, SplitDocuments heldOut) {
        this.train = train;
        this.heldOut = heldOut;
        long[] ofTrain = train.tokens(Map.of());
        firstHeldOut = ofTrain.length;
        tokens = LongStream.concat(Arrays.stream(ofTrain), Arrays.stream(heldOut.tokens(Map.of())))
                .map(count -> count - 1)
                .toArray();
    }

    /** Opens the documents; reads the index of every shard. CorruptFileException if one is not what it should be. */
    public static LabelledDocuments open(Storage storage, DatasetSnapshot snapshot, String dataset) throws IOException {
        return new LabelledDocuments(
                SplitDocuments.open(storage, snapshot, dataset, Split.TRAIN),
                SplitDocuments.open(storage, snapshot, dataset, Split.VALIDATION));
    }

    /** Tokens of every document. */
    public long[] tokens() {
        return tokens.clone();
    }

    /** Of how many windows of at most {@code longest} tokens a document consists, at least 1. */
    public int windowsOf(int document, int longest) {
        return windows(tokens[document], longest);
    }

    /** The same for a number of tokens. */
    public static int windows(long tokens, int longest) {
        return Math.toIntExact(Math.max(1, (tokens + longest - 1) / longest));
    }

    /** The token at which a window begins: they are spread evenly, the last ends with the document. */
    public static long begin(long tokens, int longest, int window) {
        int last = windows(tokens, longest) - 1;
        return last == 0 ? 0 : (tokens - longest) * window / last;
    }

    /** Reads a window; at least one token, which is the document's end if there is no other. */
    public int[] read(int document, int longest, int window) throws IOException {
        int[] ids = new int[(int) Math.max(1, Math.min(tokens[document], longest))];
        long from = begin(tokens[document], longest, window);
        if (document < firstHeldOut) {
            train.read(document, from, ids, ids.length);
        } else {
            heldOut.read(document - firstHeldOut, from, ids, ids.length);
        }
        return ids;
    }

    @Override
    public void close() throws IOException {
        train.close();
        heldOut.close();
    }
}
