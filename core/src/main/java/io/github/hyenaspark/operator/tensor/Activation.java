package io.github.hyenaspark.operator.tensor;

import org.apache.commons.math3.special.Erf;

/** The function between the operator's last gate and its output projection; {@link #ID} in every published model. */
public enum Activation {
    /** x. */
    ID,
    /** The exact form, x Φ(x), not the tanh approximation. */
    GELU,
    SILU,
    RELU,
    TANH,
    SIGMOID;

    public double value(double x) {
        return switch (this) {
            case ID -> x;
            case GELU -> x * normalDistribution(x);
            case SILU -> x * sigmoid(x);
            case RELU -> Math.max(x, 0);
            case TANH -> StrictMath.tanh(x);
            case SIGMOID -> sigmoid(x);
        };
    }

    /** At x, not at the value. */
    public double derivative(double x) {
        return switch (this) {
            case ID -> 1;
            case GELU -> normalDistribution(x) + x * StrictMath.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
            case SILU -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
            case RELU -> x > 0 ? 1 : 0;
            case TANH -> 1 - StrictMath.tanh(x) * StrictMath.tanh(x);
            case SIGMOID -> sigmoid(x) * (1 - sigmoid(x));
        };
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    private static double normalDistribution(double x) {
        return 0.5 * Erf.erfc(-x / Math.sqrt(2));
    }

    public void apply(float[] row, int count) {
        for (int i = 0; i < count && this != ID; i++) {
            row[i] = (float) value(row[i]);
        }
    }

    /** Multiplies {@code gradient} by the derivative at {@code row}. */
    public void backward(float[] row, float[] gradient, int count) {
        for (int i = 0; i < count && this != ID; i++) {
            gradient[i] = (float) (gradient[i] * derivative(row[i]));
        }
    }
}
