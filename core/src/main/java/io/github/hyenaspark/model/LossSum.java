package io.github.hyenaspark.model;

/** Losses of many tokens, ready to be added up: their sum, nats, and the number of targets. */
public record LossSum(double nats, long tokens) {
    /** The sum of nothing. */
    public static final LossSum ZERO = new LossSum(0, 0);

    public LossSum plus(LossSum other) {
        return new LossSum(nats + other.nats, tokens + other.tokens);
    }

    /** Nats per token; NaN without tokens. */
    public double mean() {
        return nats / tokens;
    }
}
