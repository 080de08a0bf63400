package io.github.hyenaspark.operator;

import java.util.random.RandomGenerator;

/** How a parameter starts. */
public sealed interface Initial {
    /** The next value; {@code index} counts the elements of the parameter, row-major. */
    double next(int index, RandomGenerator random);

    /** N(0, deviation²). */
    record Normal(double deviation) implements Initial {
        @Override
        public double next(int index, RandomGenerator random) {
            return deviation * random.nextGaussian();
        }
    }

    /** Uniform in (−bound, bound). */
    record Uniform(double bound) implements Initial {
        @Override
        public double next(int index, RandomGenerator random) {
            return bound * (2 * random.nextDouble() - 1);
        }
    }

    /** Uniform in [low, high). */
    record Between(double low, double high) implements Initial {
        @Override
        public double next(int index, RandomGenerator random) {
            return low + (high - low) * random.nextDouble();
        }
    }

    /** The same value everywhere. */
    record Constant(double value) implements Initial {
        @Override
        public double next(int index, RandomGenerator random) {
            return value;
        }
    }

    /** Given values, row-major, owned by this record. */
    record Values(double[] values) implements Initial {
        @Override
        public double next(int index, RandomGenerator random) {
            return values[index];
        }
    }
}
