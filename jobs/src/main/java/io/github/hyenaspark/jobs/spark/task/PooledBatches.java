package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An opened split of a dataset that waits in this JVM for the next task, like {@link PooledModel}: opening it reads the
 * index of every shard and plans every document, which would cost more than a short round.
 *
 * @param source that was opened
 * @param batches confined to the task that borrowed it
 */
public record PooledBatches(BatchSource source, TokenBatches batches) {
    private static final Logger LOG = LoggerFactory.getLogger(PooledBatches.class);
    private static final ConcurrentLinkedDeque<PooledBatches> IDLE = new ConcurrentLinkedDeque<>();

    /** Idle batches of this source, or new ones. Those of other data are closed. */
    private static PooledBatches borrow(Storage storage, BatchSource source) throws IOException {
        Iterator<PooledBatches> idle = IDLE.iterator();
        while (idle.hasNext()) {
            PooledBatches candidate = idle.next();
            boolean current = candidate.source.hasDataOf(source);
            if ((!current || candidate.source.equals(source)) && IDLE.remove(candidate)) {
                if (current) {
                    return candidate;
                }
                candidate.close();
            }
        }
        return new PooledBatches(source, source.open(storage));
    }

    /** Something that reads batches. */
    @FunctionalInterface
    public interface Reading<T> {
        T read(TokenBatches batches) throws IOException;
    }

    /** Reads with idle or new batches, which wait for the next task afterwards, unless the reading failed. */
    public static <T> T read(Storage storage, BatchSource source, Reading<T> reading) throws IOException {
        PooledBatches pooled = borrow(storage, source);
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
}
