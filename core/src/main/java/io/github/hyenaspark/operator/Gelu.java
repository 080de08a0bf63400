package io.github.hyenaspark.operator;

/**
 * The tanh form of GELU, ½x(1 + tanh u) with u = √(2/π)(x + 0.044715 x³) (Hendrycks and Gimpel, arXiv 1606.08415),
 * finite with a finite derivative for every finite x.
 *
 * <p>The float form takes tanh from the 17th convergent of Lambert's continued fraction, u/(1 + u²/(3 + u²/(5 + ...))):
 * a quotient of two polynomials with positive coefficients, within 3e-10 of tanh where |u| ≤ 10 and cut off there. It
 * is worked out in double, because the derivative needs 1 − tanh², in short loops over a piece of a row, which the
 * compiler turns into vector instructions.
 */
final class Gelu {
    private static final double SCALE = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;
    private static final double SATURATED = 10;
    private static final double SATURATED_TANH = 1 - 5e-9;
    private static final int PIECE = 512;
    private static final double[][] CONVERGENT = convergent(17);

    private final double[] u = new double[PIECE];
    private final double[] square = new double[PIECE];
    private final double[] tanh = new double[PIECE];
    private final double[] denominator = new double[PIECE];

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
        for (int i = 0; i < size; i++) {
            u[i] = row[from + i];
        }
        for (int i = 0; i < size; i++) {
            double value = u[i] * (SCALE + SCALE * CUBIC * u[i] * u[i]);
            u[i] = Math.max(-SATURATED, Math.min(SATURATED, value));
            square[i] = u[i] * u[i];
        }
    }

    /** Horner's rule, all elements of the piece at once. */
    private void polynomial(double[] coefficients, double[] result, int size) {
        double highest = coefficients[coefficients.length - 1];
        for (int i = 0; i < size; i++) {
            result[i] = highest;
        }
        for (int k = coefficients.length - 2; k >= 0; k--) {
            double coefficient = coefficients[k];
            for (int i = 0; i < size; i++) {
                result[i] = result[i] * square[i] + coefficient;
            }
        }
    }

    private void finish(float[] row, float[] values, int from, int size) {
        for (int i = 0; i < size; i++) {
            tanh[i] = u[i] * tanh[i] / denominator[i];
        }
        for (int i = 0; i < size; i++) {
            double t = tanh[i];
            double x = row[from + i];
            double half = 0.5 + 0.5 * t;
            // where tanh is cut off its derivative is zero to all digits, whatever the slope of u
            double slope = Math.abs(t) > SATURATED_TANH ? 0 : 0.5 * SCALE * (1 + 3 * CUBIC * x * x);
            values[from + i] = (float) (x * half);
            row[from + i] = (float) (half + x * (1 - t * t) * slope);
        }
    }

    /**
     * Numerator over u and denominator as polynomials of u², lowest first, scaled so that the denominator starts at 1.
     */
    private static double[][] convergent(int terms) {
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
        return new double[][] {scaled(numerator, denominator[0]), scaled(denominator, denominator[0])};
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

    private static double[] scaled(double[] coefficients, double unit) {
        int degree = coefficients.length;
        while (coefficients[degree - 1] == 0) {
            degree--;
        }
        double[] result = new double[degree];
        for (int i = 0; i < degree; i++) {
            result[i] = coefficients[i] / unit;
        }
        return result;
    }
}
