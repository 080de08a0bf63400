package io.github.hyenaspark.train;

import io.github.hyenaspark.train.averaging.Frames;

/**
 * What one worker says of one round; the numbers that it found travel beside it as {@link Frames}.
 *
 * @param worker k, from 0
 * @param steps local steps done, at least 1
 * @param tokens targets counted in the losses of all its local steps
 * @param lossSum nats, summed over those tokens
 * @param gradientNorm mean of the local steps' global gradient norms, before clipping
 * @param deltaNorm Euclidean norm of its parameters minus the common start; not finite if one of its parameters or
 *     moments is not
 */
public record WorkerReport(int worker, int steps, long tokens, double lossSum, double gradientNorm, double deltaNorm) {
    public WorkerReport {
        if (worker < 0) {
            throw new IllegalArgumentException("a worker's number must be at least 0, found " + worker);
        }
        if (steps < 1) {
            throw new IllegalArgumentException("worker " + worker + " must have done at least 1 step, found " + steps);
        }
        if (tokens < 0) {
            throw new IllegalArgumentException(
                    "worker " + worker + " must have trained on at least 0 tokens, found " + tokens);
        }
    }

    /** Whether loss, parameters and moments are all numbers. */
    public boolean isFinite() {
        return Double.isFinite(lossSum) && Double.isFinite(deltaNorm);
    }
}
