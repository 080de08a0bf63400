package io.github.hyenaspark.operator.tensor;

import java.util.Arrays;

/**
 * The tanh form of GELU, ½x(1 + tanh u) with u = √(2/π)(x + 0.044715 x³) (Hendrycks and Gimpel, arXiv 1606.08415). The
 * float form is x σ(2u), with σ from w = 1/(1 + exp 2|u|), which is exact near 0 and 1; the exponential is the Taylor
 * polynomial of exp(|u|/2), squared twice. Beyond |x| = 5.5, where w is below 1e-8, u stays at its value for 5.5. Loops
 * are short because the compiler vectorises only few operations on arrays that start at the same index.
 */
public final class Gelu {
    private static final double SCALE = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;
    private static final float CUT = 5.5f;
    private static final float CUBIC_FLOAT = (float) CUBIC;
    private static final float HALF_SCALE = (float) (SCALE / 2);
    private static final float TWICE_SCALE = (float) (2 * SCALE);
    private static final float[] TAYLOR = VectorOps.Taylor.coefficients(16);

    private float[] a = {};
    private float[] z = {};
    private float[] w = {};

    public static double value(double x) {
        return 0.5 * x * (1 + StrictMath.tanh(SCALE * (x + CUBIC * x * x * x)));
    }

    public static double derivative(double x) {
        double tanh = StrictMath.tanh(SCALE * (x + CUBIC * x * x * x));
        return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * SCALE * (1 + 3 * CUBIC * x * x);
    }

    public void forward(float[] row, float[] values, int count) {
        complement(row, count);
        values(row, values, a, w, count);
    }

    /** The same; also replaces {@code row} by the derivatives. */
    public void forwardAndDerivative(float[] row, float[] values, int count) {
        forward(row, values, count);
        derivatives(row, count);
    }

    /** {@link #a} = |x|, cut off, and {@link #w}. */
    private void complement(float[] row, int count) {
        if (a.length < count) {
            a = new float[count];
            z = new float[count];
            w = new float[count];
        }
        cutOff(row, a, count);
        halfU(a, z, count);
        Arrays.fill(w, 0, count, TAYLOR[16]);
        for (int k = 15; k > 0; k -= 4) {
            VectorOps.Taylor.horner(TAYLOR, w, z, k, count);
        }
        logistic(w, count);
    }

    private static void cutOff(float[] x, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            a[i] = Math.min(CUT, Math.abs(x[i]));
        }
    }

    private static void halfU(float[] a, float[] z, int count) {
        for (int i = 0; i < count; i++) {
            z[i] = HALF_SCALE * a[i] * Math.fma(CUBIC_FLOAT * a[i], a[i], 1f);
        }
    }

    private static void logistic(float[] w, int count) {
        for (int i = 0; i < count; i++) {
            float square = w[i] * w[i];
            w[i] = square * square;
        }
        for (int i = 0; i < count; i++) {
            w[i] = 1f / (1f + w[i]);
        }
    }

    /** x σ = max(x, 0) − |x| w. */
    private static void values(float[] x, float[] values, float[] a, float[] w, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = Math.fma(-a[i], w[i], Math.max(x[i], 0f));
        }
    }

    /** ½ + sign(x)·(½ − w + |x| w(1 − w) 2u'), because σ is w or 1 − w and σ(1 − σ) the same for both. */
    private void derivatives(float[] row, int count) {
        slopes(a, z, count);
        for (int i = 0; i < count; i++) {
            w[i] = Math.fma(z[i] * w[i], 1f - w[i], 0.5f - w[i]);
        }
        VectorOps.signs(row, z, count);
        for (int i = 0; i < count; i++) {
            row[i] = Math.fma(z[i], w[i], 0.5f);
        }
    }

    /** |x| 2u'. */
    private static void slopes(float[] a, float[] slopes, int count) {
        for (int i = 0; i < count; i++) {
            slopes[i] = TWICE_SCALE * a[i] * Math.fma(3 * CUBIC_FLOAT * a[i], a[i], 1f);
        }
    }
}
