package io.github.hyenaspark.operator.tensor;

import org.apache.commons.math3.special.Erf;

/**
 * The function between the last gate and the output projection of the operator; {@link #ID} in every published model.
 */
public enum Activation {
    /** x. */
    ID {
        @Override
        public double value(double x) {
            return x;
        }

        @Override
        public double derivative(double x) {
            return 1;
        }
    },
    /** The exact form, x Φ(x), not the tanh approximation. */
    GELU {
        @Override
        public double value(double x) {
            return x * normalDistribution(x);
        }

        @Override
        public double derivative(double x) {
            return normalDistribution(x) + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
        }

        private double normalDistribution(double x) {
            return 0.5 * Erf.erfc(-x / Math.sqrt(2));
        }
    },
    /** x σ(x). */
    SILU {
        @Override
        public double value(double x) {
            return x * SIGMOID.value(x);
        }

        @Override
        public double derivative(double x) {
            double s = SIGMOID.value(x);
            return s * (1 + x * (1 - s));
        }
    },
    /** max(x, 0). */
    RELU {
        @Override
        public double value(double x) {
            return Math.max(x, 0);
        }

        @Override
        public double derivative(double x) {
            return x > 0 ? 1 : 0;
        }
    },
    /** tanh x. */
    TANH {
        @Override
        public double value(double x) {
            return Math.tanh(x);
        }

        @Override
        public double derivative(double x) {
            double y = Math.tanh(x);
            return 1 - y * y;
        }
    },
    /** σ(x) = 1 / (1 + exp(-x)). */
    SIGMOID {
        @Override
        public double value(double x) {
            return 1 / (1 + Math.exp(-x));
        }

        @Override
        public double derivative(double x) {
            double s = value(x);
            return s * (1 - s);
        }
    };

    public abstract double value(double x);

    /** At x, not at the value. */
    public abstract double derivative(double x);

    /** Replaces the first {@code count} elements by their values. */
    public void apply(float[] row, int count) {
        if (this == ID) {
            return;
        }
        for (int i = 0; i < count; i++) {
            row[i] = (float) value(row[i]);
        }
    }

    /** Multiplies {@code gradient} by the derivative at {@code row}. */
    public void backward(float[] row, float[] gradient, int count) {
        if (this == ID) {
            return;
        }
        for (int i = 0; i < count; i++) {
            gradient[i] = (float) (gradient[i] * derivative(row[i]));
        }
    }
}
