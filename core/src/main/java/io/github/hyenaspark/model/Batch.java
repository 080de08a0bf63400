package io.github.hyenaspark.model;

import io.github.hyenaspark.operator.LanguageModelHead;

/**
 * Sequences for one local step, as plain arrays. The arrays are not copied: whoever made the batch must not change
 * them, and batches are not compared by {@code equals}.
 *
 * @param ids token ids in [0, V), B×L, row-major
 * @param targets the id that follows each of {@code ids}, B×L, row-major; {@link #IGNORED} where no loss is counted
 * @param batchSize B, sequences
 * @param length L, tokens of each sequence
 */
public record Batch(int[] ids, int[] targets, int batchSize, int length) {
    /** The target of a position that counts in no loss (padding). */
    public static final int IGNORED = -100;

    public Batch {
        if (batchSize < 1 || length < 1) {
            throw new IllegalArgumentException(
                    "a batch needs at least one sequence of one token, found " + batchSize + " of " + length);
        }
        int expected = Math.multiplyExact(batchSize, length);
        if (ids.length != expected || targets.length != expected) {
            throw new IllegalArgumentException("a batch of " + batchSize + " sequences of " + length + " tokens needs "
                    + expected + " ids and targets, found " + ids.length + " and " + targets.length);
        }
    }

    /** How many positions count in the loss. */
    public int countedTargets() {
        return LanguageModelHead.counted(targets);
    }
}
