package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SplitIndex;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;

/**
 * The documents of a snapshot, whole, those of the train split and then the held-out ones, each in the order of its
 * shards, without the token that ends them. A document longer than a model's longest sequence is several windows.
 * Confined to one thread.
 */
public final class LabelledDocuments implements Closeable {
    private final SplitDocuments train;
    private final SplitDocuments heldOut;

    private LabelledDocuments(SplitDocuments train, SplitDocuments heldOut) {
        this.train = train;
        this.heldOut = heldOut;
    }

    /** Opens the documents; reads the indexes of both splits. CorruptFileException if one is damaged. */
    public static LabelledDocuments open(Storage storage, DatasetSnapshot.Ref snapshot) throws IOException {
        return new LabelledDocuments(
                new SplitDocuments(storage, SplitIndex.open(storage, snapshot, Split.TRAIN)),
                new SplitDocuments(storage, SplitIndex.open(storage, snapshot, Split.VALIDATION)));
    }

    /** The same documents for another thread; the indexes are shared. */
    public LabelledDocuments forAnotherThread() {
        return new LabelledDocuments(train.forAnotherThread(), heldOut.forAnotherThread());
    }

    public long documents() {
        return train.index().documents() + heldOut.index().documents();
    }

    /** Tokens of a document. */
    public long tokens(long document) {
        long trained = train.index().documents();
        return (document < trained
                        ? train.index().length(document)
                        : heldOut.index().length(document - trained))
                - 1;
    }

    /** Of how many windows of at most {@code longest} tokens a document consists, at least 1. */
    public int windowsOf(long document, int longest) {
        return windows(tokens(document), longest);
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
    public int[] read(long document, int longest, int window) throws IOException {
        long from = begin(tokens(document), longest, window);
        return readFrom(document, from, lengthOfWindows(document, longest));
    }

    /** Tokens of each window that {@link #read} reads. */
    public int lengthOfWindows(long document, int longest) {
        return (int) Math.max(1, Math.min(tokens(document), longest));
    }

    /** Reads tokens from one of them on. */
    public int[] readFrom(long document, long from, int count) throws IOException {
        int[] ids = new int[count];
        long trained = train.index().documents();
        if (document < trained) {
            train.read(document, from, ids, ids.length);
        } else {
            heldOut.read(document - trained, from, ids, ids.length);
        }
        return ids;
    }

    @Override
    public void close() throws IOException {
        train.close();
        heldOut.close();
    }
}
