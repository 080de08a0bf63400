package io.github.hyenaspark.operator.nn;

import java.util.random.RandomGenerator;

public sealed interface Initializer {
    /** The next value; {@code index} counts the elements of the parameter, row-major. */
    double next(int index, RandomGenerator random);

    record Normal(double deviation) implements Initializer {
        @Override
        public double next(int index, RandomGenerator random) {
            return deviation * random.nextGaussian();
        }
    }

    /** Uniform in (−bound, bound). */
    record Uniform(double bound) implements Initializer {
        @Override
        public double next(int index, RandomGenerator random) {
            return bound * (2 * random.nextDouble() - 1);
        }
    }

    /** Uniform in [low, high). */
    record Between(double low, double high) implements Initializer {
        @Override
        public double next(int index, RandomGenerator random) {
            return low + (high - low) * random.nextDouble();
        }
    }

    record Constant(double value) implements Initializer {
        @Override
        public double next(int index, RandomGenerator random) {
            return value;
        }
    }

    /**
     * Taps of filters, channels × taps, the present last: N(0, s²) exp(−lag/τ). τ rises geometrically from channel to
     * channel, from near 1 step to near {@code taps}; s makes the expected squares of a channel's taps sum to 1, so
     * that a filter keeps the variance of white noise.
     */
    record Fading(int channels, int taps) implements Initializer {
        @Override
        public double next(int index, RandomGenerator random) {
            int lag = taps - 1 - index % taps;
            int channel = index / taps;
            double time = StrictMath.pow(taps, (channel + 0.5) / channels);
            double squares = (1 - StrictMath.exp(-2 * taps / time)) / (1 - StrictMath.exp(-2 / time));
            return StrictMath.exp(-lag / time) / Math.sqrt(squares) * random.nextGaussian();
        }
    }

    /** Given values, row-major, owned by this record. */
    record Values(double[] values) implements Initializer {
        @Override
        public double next(int index, RandomGenerator random) {
            return values[index];
        }
    }
}
