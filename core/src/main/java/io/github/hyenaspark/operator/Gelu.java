package io.github.hyenaspark.operator;

/**
 * The tanh form of GELU, ½x(1 + tanh u) with u = √(2/π)(x + 0.044715 x³) (Hendrycks and Gimpel, arXiv 1606.08415),
 * finite with a finite derivative for every finite x.
 *
 * <p>The float form takes tanh from the 13th convergent of Lambert's continued fraction, u/(1 + u²/(3 + u²/(5 + ...))):
 * a quotient of two polynomials with positive coefficients, within 4e-8 of tanh where |u| ≤ 9 and cut off there. It is
 * worked out in short loops over a piece of a row at a time, which the compiler turns into vector instructions.
 */
final class Gelu {
    private static final double SCALE = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;
    private static final float SATURATED = 9;
    private static final int PIECE = 512;
    private static final float[][] CONVERGENT = convergent(13);

    private final float[] u = new float[PIECE];
    private final float[] square = new float[PIECE];
    private final float[] tanh = new float[PIECE];
    private final float[] denominator = new float[PIECE];

    static double value(double x) {
        return 0.5 * x * (1 + Math.tanh(SCALE * (x + CUBIC * x * x * x)));
    }

    static double derivative(double x) {
        double tanh = Math.tanh(SCALE * (x + CUBIC * x * x * x));
        return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * SCALE * (1 + 3 * CUBIC * x * x);
    }

    /** Writes the values of {@code row} to {@code values} and replaces {@code row} by the derivatives. */
    void forward(float[] row, float[] values, int count) {
        for (int from = 0; from < count; from += PIECE) {
            int size = Math.min(PIECE, count - from);
            prepare(row, from, size);
            polynomial(CONVERGENT[0], tanh, size);
            polynomial(CONVERGENT[1], denominator, size);
            finish(row, values, from, size);
        }
    }

    private void prepare(float[] row, int from, int size) {
        float scale = (float) SCALE;
        float cubic = (float) (SCALE * CUBIC);
        for (int i = 0; i < size; i++) {
            // beyond ±9 the cut below makes the cube irrelevant, and it must not overflow
            float x = Math.max(-SATURATED, Math.min(SATURATED, row[from + i]));
            float value = x * (scale + cubic * x * x);
            value = Math.max(-SATURATED, Math.min(SATURATED, value));
            u[i] = value;
            square[i] = value * value;
        }
    }

    /** Horner's rule, all elements of the piece at once. */
    private void polynomial(float[] coefficients, float[] result, int size) {
        float highest = coefficients[coefficients.length - 1];
        for (int i = 0; i < size; i++) {
            result[i] = highest;
        }
        for (int k = coefficients.length - 2; k >= 0; k--) {
            float coefficient = coefficients[k];
            for (int i = 0; i < size; i++) {
                result[i] = result[i] * square[i] + coefficient;
            }
        }
    }

    private void finish(float[] row, float[] values, int from, int size) {
        float scale = (float) (0.5 * SCALE);
        float cubic = (float) (1.5 * SCALE * CUBIC);
        for (int i = 0; i < size; i++) {
            float t = u[i] * tanh[i] / denominator[i];
            float x = row[from + i];
            float bounded = Math.max(-SATURATED, Math.min(SATURATED, x));
            float half = 0.5f + 0.5f * t;
            values[from + i] = x * half;
            row[from + i] = half + (1 - t * t) * bounded * (scale + cubic * bounded * bounded);
        }
    }

    /**
     * Numerator over u and denominator as polynomials of u², lowest first, scaled so that the denominator starts at 1.
     */
    private static float[][] convergent(int terms) {
        double[] before = {1};
        double[] numerator = {0};
        double[] denominatorBefore = {0};
        double[] denominator = {1};
        for (int k = 1; k <= terms; k++) {
            int shift = k == 1 ? 0 : 1;
            double[] next = recurrence(numerator, 2 * k - 1, before, shift);
            double[] nextDenominator = recurrence(denominator, 2 * k - 1, denominatorBefore, shift);
            before = numerator;
            numerator = next;
            denominatorBefore = denominator;
            denominator = nextDenominator;
        }
        return new float[][] {scaled(numerator, denominator[0]), scaled(denominator, denominator[0])};
    }

    /** factor · p + u^(2·shift) · q. */
    private static double[] recurrence(double[] p, double factor, double[] q, int shift) {
        double[] result = new double[Math.max(p.length, q.length + shift)];
        for (int i = 0; i < p.length; i++) {
            result[i] += factor * p[i];
        }
        for (int i = 0; i < q.length; i++) {
            result[i + shift] += q[i];
        }
        return result;
    }

    private static float[] scaled(double[] coefficients, double unit) {
        int degree = coefficients.length;
        while (coefficients[degree - 1] == 0) {
            degree--;
        }
        float[] result = new float[degree];
        for (int i = 0; i < degree; i++) {
            result[i] = (float) (coefficients[i] / unit);
        }
        return result;
    }
}
