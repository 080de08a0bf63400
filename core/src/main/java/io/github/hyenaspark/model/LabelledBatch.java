package io.github.hyenaspark.model;

import io.github.hyenaspark.operator.head.LabelHead;

/**
 * Documents with labels for one local step. The arrays are not copied: whoever made the batch must not change them.
 *
 * @param ids token ids in [0, V), (B·S)×L, row-major: the S readings of a document are neighbours, each padded at its
 *     end with any ids
 * @param labels of the B documents; their lengths are at most L
 */
public record LabelledBatch(int[] ids, LabelHead.Labels labels) implements TrainingBatch {
    public LabelledBatch {
        int length = ids.length / Math.max(1, labels.lengths().length);
        for (int tokens : labels.lengths()) {
            if (tokens < 1 || tokens > length) {
                throw new IllegalArgumentException("a sequence of a batch with room for " + length
                        + " tokens must have 1 to " + length + ", found " + tokens);
            }
        }
    }

    /** B·S. */
    int sequences() {
        return labels.lengths().length;
    }

    /** B. */
    @Override
    public int countedTargets() {
        return labels.weights().length;
    }
}
