package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.model.LossByPosition;

/**
 * The losses of one chunk of sequences. Not compared by {@code equals}: it holds arrays, which are not copied.
 *
 * @param chunk its number; sums are merged in this order
 * @param all by place in the sequence
 * @param full the same of the sequences that have no padding
 * @param nats of each sequence, in order
 * @param tokens how many targets of each sequence count
 * @param lastTokens of each sequence: {@link #RIGHT} or {@link #WRONG} if it predicts the last token of its document,
 *     else {@link #NONE}
 */
public record ChunkLosses(
        int chunk, LossByPosition all, LossByPosition full, double[] nats, int[] tokens, byte[] lastTokens) {
    /** The last token of the document is not predicted in this sequence, or does not count. */
    static final byte NONE = 0;

    /** No token was found more likely. */
    public static final byte RIGHT = 1;

    /** Another token was. */
    static final byte WRONG = 2;
}
