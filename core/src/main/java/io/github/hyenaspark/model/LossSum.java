package io.github.hyenaspark.model;

import java.io.Serializable;

/** Losses of many tokens, ready to be added up: their sum, nats, and the number of targets. */
public record LossSum(double nats, long tokens) implements Serializable {
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
