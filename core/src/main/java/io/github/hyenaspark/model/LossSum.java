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

    /** Bits per byte of a text of so many bytes; NaN without tokens. */
    public double bitsPerByte(long bytes) {
        return bitsPerByte(mean(), (double) tokens / bytes);
    }

    /** The same of a mean in nats per token; every measurement of a text uses this order of operations. */
    public static double bitsPerByte(double mean, double tokensPerByte) {
        return mean * tokensPerByte / StrictMath.log(2);
    }
}
