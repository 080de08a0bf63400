package io.github.hyenaspark.operator.tensor;

import java.util.Arrays;

/**
 * tanh and the logistic function of rows, within 1.2e-7, and near 0 within 4e-7 of tanh itself. Both come from p =
 * exp(a) − 1 with a = |x| or 2|x|: the Taylor polynomial of exp(a/4) − 1, then twice exp(2y) − 1 = p (p + 2), which is
 * exact near 0. a stays at 20 beyond that, 4e-9 from the limits. For short loops see {@link Gelu}.
 */
public final class SigmoidTanh {
    private static final float CUT = 20f;
    private static final float[] TAYLOR = VectorOps.Taylor.coefficients(12);

    private float[] sign = {};
    private float[] z = {};
    private float[] p = {};

    /** Replaces {@code row} by tanh x = sign(x) p/(p + 2). */
    public void tanh(float[] row, int count) {
        exponentials(row, CUT / 2, 0.5f, count);
        quotients(p, count);
        VectorOps.multiply(sign, p, row, count);
    }

    /** Replaces {@code row} by σ(x) = 1/(1 + exp(−x)): w = 1/(p + 2) for negative x, 1 − w for positive x. */
    public void logistic(float[] row, int count) {
        exponentials(row, CUT, 0.25f, count);
        reciprocals(p, count);
        for (int i = 0; i < count; i++) {
            row[i] = Math.fma(Math.max(sign[i], 0f), Math.fma(-2f, p[i], 1f), p[i]);
        }
    }

    /** {@link #p}, where {@code factor} |x| is a/4, and {@link #sign}; uses up {@code row}. */
    private void exponentials(float[] row, float cut, float factor, int count) {
        if (p.length < count) {
            sign = new float[count];
            z = new float[count];
            p = new float[count];
        }
        cutOff(row, cut, count);
        VectorOps.signs(row, sign, count);
        for (int i = 0; i < count; i++) {
            z[i] = factor * Math.abs(row[i]);
        }
        Arrays.fill(p, 0, count, TAYLOR[12]);
        for (int k = 11; k > 3; k -= 4) {
            VectorOps.Taylor.horner(TAYLOR, p, z, k, count);
        }
        finish(p, z, count);
        for (int i = 0; i < count; i++) {
            float half = p[i] * (p[i] + 2f);
            p[i] = half * (half + 2f);
        }
    }

    private static void cutOff(float[] x, float cut, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.max(-cut, Math.min(cut, x[i]));
        }
    }

    private static void finish(float[] sum, float[] z, int count) {
        for (int i = 0; i < count; i++) {
            float s = Math.fma(sum[i], z[i], TAYLOR[3]);
            s = Math.fma(s, z[i], TAYLOR[2]);
            s = Math.fma(s, z[i], TAYLOR[1]);
            sum[i] = s * z[i];
        }
    }

    private static void quotients(float[] p, int count) {
        for (int i = 0; i < count; i++) {
            p[i] = p[i] / (p[i] + 2f);
        }
    }

    private static void reciprocals(float[] p, int count) {
        for (int i = 0; i < count; i++) {
            p[i] = 1f / (p[i] + 2f);
        }
    }
}
