package io.github.hyenaspark.model;

/**
 * Losses of many tokens, ready to be added up.
 *
 * @param nats the sum
 * @param tokens how many targets it counts
 */
public record LossSum(double nats, long tokens) {
    /** The sum of nothing. */
    public static final LossSum ZERO = new LossSum(0, 0);

    /** Both together. */
    public LossSum plus(LossSum other) {
        return new LossSum(nats + other.nats, tokens + other.tokens);
    }

    /** Nats per token; not a number if there is none. */
    public double mean() {
        return nats / tokens;
    }
}
