package io.github.hyenaspark.operator.nn;

import java.util.function.IntToDoubleFunction;
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

    /** A function of the index. */
    record Computed(IntToDoubleFunction value) implements Initializer {
        @Override
        public double next(int index, RandomGenerator random) {
            return value.applyAsDouble(index);
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

    /** How dense projections start; the rest of an operator starts the same way everywhere. */
    sealed interface Linear {
        Initializer weight(int inputs);

        /** Weights of the projection back into the residual stream. */
        default Initializer outputWeight(int inputs) {
            return weight(inputs);
        }

        default Initializer bias(int inputs) {
            return weight(inputs);
        }

        /** An operator on its own: uniform within 1/√inputs, weights and biases alike. */
        record Alone() implements Linear {
            @Override
            public Initializer weight(int inputs) {
                return new Initializer.Uniform(1 / Math.sqrt(inputs));
            }
        }

        /** In the language model: N(0, deviation²), or deviation/√(2·depth) into the residual stream; biases 0. */
        record LanguageModel(double deviation, int depth) implements Linear {
            @Override
            public Initializer weight(int inputs) {
                return new Initializer.Normal(deviation);
            }

            @Override
            public Initializer outputWeight(int inputs) {
                return new Initializer.Normal(deviation / Math.sqrt(2.0 * depth));
            }

            @Override
            public Initializer bias(int inputs) {
                return new Initializer.Constant(0);
            }
        }
    }
}
