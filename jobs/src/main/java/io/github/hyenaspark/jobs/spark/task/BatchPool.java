package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An opened split of a dataset that waits in this JVM for the next task, like {@link ModelPool}: opening it reads the
 * index of every shard and plans every document, which would cost more than a short round.
 *
 * @param source that was opened
 * @param batches confined to the task that borrowed it
 */
public record BatchPool(Source source, TokenBatches batches) {
    private static final Logger LOG = LoggerFactory.getLogger(BatchPool.class);
    private static final ConcurrentLinkedDeque<BatchPool> IDLE = new ConcurrentLinkedDeque<>();

    /** Idle batches of this source, or new ones. Those of other data are closed. */
    private static BatchPool borrow(Storage storage, Source source) throws IOException {
        Iterator<BatchPool> idle = IDLE.iterator();
        while (idle.hasNext()) {
            BatchPool candidate = idle.next();
            boolean current = candidate.source.hasDataOf(source);
            if ((!current || candidate.source.equals(source)) && IDLE.remove(candidate)) {
                if (current) {
                    return candidate;
                }
                candidate.close();
            }
        }
        return new BatchPool(source, source.open(storage));
    }

    /** Something that reads batches. */
    @FunctionalInterface
    public interface Reading<T> {
        T read(TokenBatches batches) throws IOException;
    }

    /** Reads with idle or new batches, which wait for the next task afterwards, unless the reading failed. */
    public static <T> T read(Storage storage, Source source, Reading<T> reading) throws IOException {
        BatchPool pooled = borrow(storage, source);
        boolean fine = false;
        try {
            T result = reading.read(pooled.batches);
            fine = true;
            return result;
        } finally {
            if (fine) {
                IDLE.push(pooled);
            } else {
                pooled.close();
            }
        }
    }

    /** Lets go of batches that nobody needs; their file system may have been closed before them. */
    private void close() {
        try {
            batches.close();
        } catch (IOException e) {
            LOG.debug("batches of {} could not be closed", source, e);
        }
    }

    /**
     * Where batches come from.
     *
     * @param snapshot the data
     * @param dataset URI of the directory that the snapshot's shards are in
     * @param split of the snapshot
     * @param packing how its documents become sequences
     * @param documents at most so many, spread evenly over the split
     */
    public record Source(DatasetSnapshot snapshot, String dataset, Split split, PackingConfig packing, long documents) {
        public Source(DatasetSnapshot snapshot, String dataset, Split split, PackingConfig packing) {
            this(snapshot, dataset, split, packing, Long.MAX_VALUE);
        }

        /** Opens the split; the caller closes it. */
        public TokenBatches open(Storage storage) throws IOException {
            TokenBatches all = TokenBatches.open(storage, snapshot, dataset, split, packing);
            return all.ofSome(documents);
        }

        boolean hasDataOf(Source other) {
            return dataset.equals(other.dataset) && snapshot.equals(other.snapshot);
        }
    }
}
