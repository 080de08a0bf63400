package io.github.hyenaspark.model;

import io.github.hyenaspark.model.HyenaModel.TrainingBatch;
import io.github.hyenaspark.operator.head.LanguageModelHead;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Sequences for one local step. The arrays are not copied: whoever made the batch must not change them, and batches are
 * not compared by {@code equals}.
 *
 * @param ids token ids in [0, V), B×L, row-major
 * @param targets the id that follows each of {@code ids}, B×L, row-major; {@link #IGNORED} where no loss is counted
 * @param starts where a part of one document begins: positions b·L+t in {@code ids}, ascending, among them each
 *     sequence's first (t = 0); padding is a part of none
 * @param batchSize B, sequences
 * @param length L, tokens of each sequence
 */
public record Batch(int[] ids, int[] targets, int[] starts, int batchSize, int length) implements TrainingBatch {
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
        checkStarts(starts, batchSize, length);
    }

    /** A batch in which every sequence is of one document. */
    public Batch(int[] ids, int[] targets, int batchSize, int length) {
        this(
                ids,
                targets,
                IntStream.range(0, batchSize).map(row -> row * length).toArray(),
                batchSize,
                length);
    }

    private static void checkStarts(int[] starts, int batchSize, int length) {
        int rows = 0;
        int before = -1;
        for (int start : starts) {
            if (start <= before || start >= batchSize * length) {
                throw new IllegalArgumentException("starts must ascend within " + batchSize * length
                        + " positions, found " + start + " after " + before);
            }
            rows += start % length == 0 ? 1 : 0;
            before = start;
        }
        if (rows != batchSize) {
            throw new IllegalArgumentException("each of the " + batchSize
                    + " sequences must have a start at its first position, found " + rows + " such starts");
        }
    }

    /** The same tokens in sequences of {@code shorter} tokens, a divisor of L, none of which sees another. */
    public Batch cut(int shorter) {
        if (shorter < 1 || length % shorter != 0) {
            throw new IllegalArgumentException(
                    "sequences of " + length + " tokens cannot be cut into parts of " + shorter);
        }
        int rows = Math.toIntExact((long) batchSize * length / shorter);
        IntStream begins = IntStream.range(0, rows).map(row -> row * shorter);
        int[] cutStarts = IntStream.concat(Arrays.stream(starts), begins)
                .sorted()
                .distinct()
                .toArray();
        return new Batch(ids, targets, cutStarts, rows, shorter);
    }

    @Override
    public int countedTargets() {
        return LanguageModelHead.counted(targets);
    }
}
