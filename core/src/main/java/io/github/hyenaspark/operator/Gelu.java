package io.github.hyenaspark.operator;

/**
 * The tanh form of GELU, ½x(1 + tanh(√(2/π)(x + 0.044715 x³))) (Hendrycks and Gimpel, arXiv 1606.08415), finite with a
 * finite derivative for every finite x.
 */
final class Gelu {
    private static final double SCALE = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    private Gelu() {}

    static double value(double x) {
        return 0.5 * x * (1 + Math.tanh(SCALE * (x + CUBIC * x * x * x)));
    }

    static double derivative(double x) {
        double tanh = Math.tanh(SCALE * (x + CUBIC * x * x * x));
        return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * SCALE * (1 + 3 * CUBIC * x * x);
    }

    /** Writes the values of {@code row} to {@code values} and replaces {@code row} by the derivatives. */
    static void forward(float[] row, float[] values, int count) {
        for (int i = 0; i < count; i++) {
            double x = row[i];
            double square = x * x;
            double tanh = 1 - 2 / (Math.exp(2 * SCALE * x * (1 + CUBIC * square)) + 1);
            values[i] = (float) (0.5 * x * (1 + tanh));
            row[i] = (float) (0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * SCALE * (1 + 3 * CUBIC * square));
        }
    }
}
