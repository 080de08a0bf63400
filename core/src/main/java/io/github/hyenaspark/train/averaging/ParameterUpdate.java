package io.github.hyenaspark.train.averaging;

import io.github.hyenaspark.train.codec.Codec;
import java.io.Serializable;

/**
 * The encoded change of θ in a round, for receivers that have the θ before it. {@link OuterOptimizer} makes it and
 * continues from the rounded parameters itself, so that all have the same floats:
 *
 * <pre>
 *   θ_after = θ_before + decoded(encoded(θ' - θ_before)), where θ' is the outer step's
 * </pre>
 *
 * The record owns the frame. Not compared by {@code equals}.
 *
 * @param frame the change, P values
 */
public record ParameterUpdate(Codec codec, byte[] frame) implements Serializable {
    /**
     * Writes a range of the frame and rounds the parameters accordingly.
     *
     * @param before θ_before, P
     * @param theta θ', P; θ_after in that range afterwards
     * @param from inclusive, a multiple of {@link Codec#BLOCK}
     * @param to exclusive
     */
    void round(float[] before, float[] theta, int from, int to) {
        var block = new float[Codec.BLOCK];
        for (int at = from; at < to; at += Codec.BLOCK) {
            int count = Math.min(Codec.BLOCK, to - at);
            EncodedUpdate.putDifference(theta, before, at, block, count);
            codec.encode(block, count, frame, at);
            codec.decode(frame, at, count, block);
            putSum(before, block, at, theta, count);
        }
    }

    /**
     * Applies the update, single-threaded.
     *
     * @param before θ_before, P; unchanged
     * @return θ_after, P, a new array
     */
    public float[] appliedTo(float[] before) {
        var theta = new float[before.length];
        var block = new float[Codec.BLOCK];
        for (int at = 0; at < before.length; at += Codec.BLOCK) {
            int count = Math.min(Codec.BLOCK, before.length - at);
            codec.decode(frame, at, count, block);
            putSum(before, block, at, theta, count);
        }
        return theta;
    }

    private static void putSum(float[] before, float[] change, int begin, float[] after, int count) {
        for (int i = 0; i < count; i++) {
            after[begin + i] = before[begin + i] + change[i];
        }
    }
}
