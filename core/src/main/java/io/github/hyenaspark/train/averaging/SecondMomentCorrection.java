package io.github.hyenaspark.train.averaging;

import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.Arrays;

/**
 * The second moment that a single AdamW on the mean gradient would have. The mean of the workers' own second moments is
 * larger by the noise between their gradients, which makes steps too short where noise dominates. The first moments
 * show how much the gradients of a round agree. Per element, with m and v from before the round, h_k steps of worker k,
 * and means weighted as in {@link Averaging}:
 *
 * <pre>
 *   d_k = m_k - β1^h_k m      rest = mean(β2^h_k) v
 *   v ← rest + (mean(v_k) - rest) · mean(d_k)² / mean(d_k²)
 * </pre>
 *
 * <p>The last factor is 1 if all gradients are equal, and 1/K on average if they are pure noise. With h = 1, d_k is (1
 * - β1) times worker k's gradient, and the result is exactly β2 v + (1 - β2) (mean gradient)².
 */
final class SecondMomentCorrection {
    private final Averaging averaging;
    private final double[] firstLeft;
    private final double rest;
    private final double[] sums = new double[Codec.BLOCK];
    private final double[] squares = new double[Codec.BLOCK];

    SecondMomentCorrection(Averaging averaging) {
        this.averaging = averaging;
        firstLeft = new double[averaging.steps().size()];
        double sum = 0;
        for (int k = 0; k < firstLeft.length; k++) {
            firstLeft[k] = left(0, k);
            sum += averaging.weights().get(k) * left(1, k);
        }
        rest = sum;
    }

    /** β^h: what remains of a moment after the steps of a worker. */
    private double left(int moment, int k) {
        return StrictMath.pow(
                averaging.config().betas().get(moment), averaging.steps().get(k));
    }

    /**
     * Corrects one block in place.
     *
     * @param second the mean of the workers' second moments, B
     * @param first the workers' first moments, K × B
     * @param start m and v, those of the block from index {@code place} on
     */
    void correct(double[] second, float[][] first, TrainingState start, int place, int count) {
        Arrays.fill(sums, 0, count, 0);
        Arrays.fill(squares, 0, count, 0);
        for (int k = 0; k < firstLeft.length; k++) {
            add(averaging.weights().get(k), first[k], firstLeft[k], start.firstMoment(), place, count);
        }
        for (int i = 0; i < count; i++) {
            double old = rest * start.secondMoment()[place + i];
            double grown = Math.max(0, second[i] - old); // rounding to bf16 may make it negative
            second[i] = old + (squares[i] > 0 ? grown * (sums[i] * sums[i] / squares[i]) : grown);
        }
    }

    private void add(double weight, float[] found, double left, float[] before, int place, int count) {
        for (int i = 0; i < count; i++) {
            double grown = found[i] - left * before[place + i];
            sums[i] += weight * grown;
            squares[i] += weight * grown * grown;
        }
    }
}
