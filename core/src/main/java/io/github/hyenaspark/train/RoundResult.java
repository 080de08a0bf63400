package io.github.hyenaspark.train;

/**
 * What one worker brings back from one round.
 *
 * @param worker k, from 0
 * @param state after the worker's last local step
 * @param tokens targets counted in the losses of all its local steps
 * @param lossSum nats, summed over those tokens
 * @param gradientNorm mean of the local steps' global gradient norms, before clipping
 */
public record RoundResult(int worker, TrainingState state, long tokens, double lossSum, double gradientNorm) {
    public RoundResult {
        if (worker < 0) {
            throw new IllegalArgumentException("a worker's number must be at least 0, found " + worker);
        }
        if (tokens < 0) {
            throw new IllegalArgumentException(
                    "worker " + worker + " must have trained on at least 0 tokens, found " + tokens);
        }
    }
}
