package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * An opened split of a dataset that waits in this JVM for the next task, like {@link PooledModel}: opening it reads the
 * index of every shard and plans every document, which would cost more than a short round.
 *
 * @param plan that it was opened for
 * @param split of the plan's snapshot
 * @param batches confined to the task that borrowed it
 */
record PooledBatches(TrainingPlan plan, Split split, TokenBatches batches) {
    private static final ConcurrentLinkedDeque<PooledBatches> IDLE = new ConcurrentLinkedDeque<>();

    /** Idle batches of this plan and split, or new ones. Those of other plans are closed. */
    private static PooledBatches borrow(Storage storage, TrainingPlan plan, Split split) throws IOException {
        Iterator<PooledBatches> idle = IDLE.iterator();
        while (idle.hasNext()) {
            PooledBatches candidate = idle.next();
            boolean current = candidate.plan.equals(plan);
            if ((!current || candidate.split == split) && IDLE.remove(candidate)) {
                if (current) {
                    return candidate;
                }
                candidate.batches.close();
            }
        }
        var packing = split == Split.TRAIN ? plan.packing() : plan.heldOutPacking();
        return new PooledBatches(
                plan, split, TokenBatches.open(storage, plan.snapshot(), plan.dataset(), split, packing));
    }

    /** Something that reads batches. */
    @FunctionalInterface
    interface Reading<T> {
        T read(TokenBatches batches) throws IOException;
    }

    /** Reads with idle or new batches, which wait for the next task afterwards, unless the reading failed. */
    static <T> T read(Storage storage, TrainingPlan plan, Split split, Reading<T> reading) throws IOException {
        PooledBatches pooled = borrow(storage, plan, split);
        boolean fine = false;
        try {
            T result = reading.read(pooled.batches);
            fine = true;
            return result;
        } finally {
            if (fine) {
                IDLE.push(pooled);
            } else {
                pooled.batches.close();
            }
        }
    }
}
