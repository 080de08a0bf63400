package io.github.hyenaspark.convolution;

import io.github.hyenaspark.convolution.RingConstants.Factor;

/**
 * The arithmetic of {@link ScalarKernel}: one pass over complex data per method. A split replaces the four quarters of
 * every ring by its four remainders, a join does the reverse times four. Only the first and the last pass see real
 * rows, and only the last divides.
 *
 * <p>{@code z} holds re, im, ...; {@code from} and {@code quarter} count floats of it; the constants w, w², w³ of
 * {@code rings} neighbouring rings lie in {@code w} from {@code at} on. Loops are written for the compiler: one index,
 * offsets constant inside a loop, no fused multiply-add (slow where the processor has none, and of other bits).
 */
final class RingPasses {
    private static final float HALF_ROOT = (float) Math.sqrt(0.5);

    private RingPasses() {}

    /** The first level alone; its r is (1 + i)/√2, so r q needs one product. */
    static void splitRealInTwo(float[] row, Factor factor, float[] z, int half) {
        float[] gate = factor.row();
        int mask = factor.mask();
        for (int p = 0; p < half; p++) {
            float low = row[p] * gate[p & mask];
            float high = row[p + half] * gate[(p + half) & mask] * HALF_ROOT;
            z[2 * p] = low + high;
            z[2 * p + 1] = high;
            z[2 * (p + half)] = low - high;
            z[2 * (p + half) + 1] = -high;
        }
    }

    static void splitRealInFour(float[] row, Factor factor, float[] z, int quarter, float[] w) {
        float[] gate = factor.row();
        int mask = factor.mask();
        float w1r = w[0];
        float w1i = w[1];
        for (int p = 0; p < quarter; p++) {
            float a0 = row[p] * gate[p & mask];
            float a1 = row[p + quarter] * gate[(p + quarter) & mask];
            float b2 = row[p + 2 * quarter] * gate[(p + 2 * quarter) & mask] * HALF_ROOT;
            float b3 = row[p + 3 * quarter] * gate[(p + 3 * quarter) & mask] * HALF_ROOT;
            // w(a1 + w²a3) and iw(a1 - w²a3), where w²a3 = (1 + i) b3
            float plus = a1 + b3;
            float minus = a1 - b3;
            float cr = w1r * plus - w1i * b3;
            float ci = w1r * b3 + w1i * plus;
            float dr = w1r * b3 - w1i * minus;
            float di = w1r * minus + w1i * b3;
            z[2 * p] = a0 + b2 + cr;
            z[2 * p + 1] = b2 + ci;
            z[2 * (p + quarter)] = a0 + b2 - cr;
            z[2 * (p + quarter) + 1] = b2 - ci;
            z[2 * (p + 2 * quarter)] = a0 - b2 + dr;
            z[2 * (p + 2 * quarter) + 1] = di - b2;
            z[2 * (p + 3 * quarter)] = a0 - b2 - dr;
            z[2 * (p + 3 * quarter) + 1] = -b2 - di;
        }
    }

    static void splitInFour(float[] z, int from, int quarter, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            int start = from + 4 * n * quarter;
            splitRing(z, start, quarter, w, at + 6 * n);
        }
    }

    private static void splitRing(float[] z, int start, int quarter, float[] w, int at) {
        float w1r = w[at];
        float w1i = w[at + 1];
        float w2r = w[at + 2];
        float w2i = w[at + 3];
        float w3r = w[at + 4];
        float w3i = w[at + 5];
        for (int p = start; p < start + quarter; p += 2) {
            float a0r = z[p];
            float a0i = z[p + 1];
            float a1r = z[p + quarter] * w1r - z[p + quarter + 1] * w1i;
            float a1i = z[p + quarter] * w1i + z[p + quarter + 1] * w1r;
            float a2r = z[p + 2 * quarter] * w2r - z[p + 2 * quarter + 1] * w2i;
            float a2i = z[p + 2 * quarter] * w2i + z[p + 2 * quarter + 1] * w2r;
            float a3r = z[p + 3 * quarter] * w3r - z[p + 3 * quarter + 1] * w3i;
            float a3i = z[p + 3 * quarter] * w3i + z[p + 3 * quarter + 1] * w3r;
            float b0r = a0r + a2r;
            float b0i = a0i + a2i;
            float b1r = a1r + a3r;
            float b1i = a1i + a3i;
            float b2r = a0r - a2r;
            float b2i = a0i - a2i;
            float b3r = a1r - a3r;
            float b3i = a1i - a3i;
            z[p] = b0r + b1r;
            z[p + 1] = b0i + b1i;
            z[p + quarter] = b0r - b1r;
            z[p + quarter + 1] = b0i - b1i;
            z[p + 2 * quarter] = b2r - b3i;
            z[p + 2 * quarter + 1] = b2i + b3r;
            z[p + 3 * quarter] = b2r + b3i;
            z[p + 3 * quarter + 1] = b2i - b3r;
        }
    }

    /** {@link #splitInFour} where the quarters are single points. */
    static void splitLast(float[] z, int from, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            int p = from + 8 * n;
            int c = at + 6 * n;
            float a1r = z[p + 2] * w[c] - z[p + 3] * w[c + 1];
            float a1i = z[p + 2] * w[c + 1] + z[p + 3] * w[c];
            float a2r = z[p + 4] * w[c + 2] - z[p + 5] * w[c + 3];
            float a2i = z[p + 4] * w[c + 3] + z[p + 5] * w[c + 2];
            float a3r = z[p + 6] * w[c + 4] - z[p + 7] * w[c + 5];
            float a3i = z[p + 6] * w[c + 5] + z[p + 7] * w[c + 4];
            float b0r = z[p] + a2r;
            float b0i = z[p + 1] + a2i;
            float b1r = a1r + a3r;
            float b1i = a1i + a3i;
            float b2r = z[p] - a2r;
            float b2i = z[p + 1] - a2i;
            float b3r = a1r - a3r;
            float b3i = a1i - a3i;
            z[p] = b0r + b1r;
            z[p + 1] = b0i + b1i;
            z[p + 2] = b0r - b1r;
            z[p + 3] = b0i - b1i;
            z[p + 4] = b2r - b3i;
            z[p + 5] = b2i + b3r;
            z[p + 6] = b2r + b3i;
            z[p + 7] = b2i - b3r;
        }
    }

    static void joinFromFour(float[] z, int from, int quarter, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            joinRing(z, from + 4 * n * quarter, quarter, w, at + 6 * n);
        }
    }

    private static void joinRing(float[] z, int start, int quarter, float[] w, int at) {
        float w1r = w[at];
        float w1i = w[at + 1];
        float w2r = w[at + 2];
        float w2i = w[at + 3];
        float w3r = w[at + 4];
        float w3i = w[at + 5];
        for (int p = start; p < start + quarter; p += 2) {
            float b0r = z[p] + z[p + quarter];
            float b0i = z[p + 1] + z[p + quarter + 1];
            float b1r = z[p] - z[p + quarter];
            float b1i = z[p + 1] - z[p + quarter + 1];
            float b2r = z[p + 2 * quarter] + z[p + 3 * quarter];
            float b2i = z[p + 2 * quarter + 1] + z[p + 3 * quarter + 1];
            float b3r = z[p + 2 * quarter + 1] - z[p + 3 * quarter + 1];
            float b3i = z[p + 3 * quarter] - z[p + 2 * quarter];
            float a1r = b1r + b3r;
            float a1i = b1i + b3i;
            float a2r = b0r - b2r;
            float a2i = b0i - b2i;
            float a3r = b1r - b3r;
            float a3i = b1i - b3i;
            z[p] = b0r + b2r;
            z[p + 1] = b0i + b2i;
            z[p + quarter] = a1r * w1r + a1i * w1i;
            z[p + quarter + 1] = a1i * w1r - a1r * w1i;
            z[p + 2 * quarter] = a2r * w2r + a2i * w2i;
            z[p + 2 * quarter + 1] = a2i * w2r - a2r * w2i;
            z[p + 3 * quarter] = a3r * w3r + a3i * w3i;
            z[p + 3 * quarter + 1] = a3i * w3r - a3r * w3i;
        }
    }

    /** {@link #joinFromFour} where the quarters are single points. */
    static void joinFirst(float[] z, int from, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            int p = from + 8 * n;
            int c = at + 6 * n;
            float b0r = z[p] + z[p + 2];
            float b0i = z[p + 1] + z[p + 3];
            float b1r = z[p] - z[p + 2];
            float b1i = z[p + 1] - z[p + 3];
            float b2r = z[p + 4] + z[p + 6];
            float b2i = z[p + 5] + z[p + 7];
            float b3r = z[p + 5] - z[p + 7];
            float b3i = z[p + 6] - z[p + 4];
            float a1r = b1r + b3r;
            float a1i = b1i + b3i;
            float a2r = b0r - b2r;
            float a2i = b0i - b2i;
            float a3r = b1r - b3r;
            float a3i = b1i - b3i;
            z[p] = b0r + b2r;
            z[p + 1] = b0i + b2i;
            z[p + 2] = a1r * w[c] + a1i * w[c + 1];
            z[p + 3] = a1i * w[c] - a1r * w[c + 1];
            z[p + 4] = a2r * w[c + 2] + a2i * w[c + 3];
            z[p + 5] = a2i * w[c + 2] - a2r * w[c + 3];
            z[p + 6] = a3r * w[c + 4] + a3i * w[c + 5];
            z[p + 7] = a3i * w[c + 4] - a3r * w[c + 5];
        }
    }

    /** Real parts only; here, too, everything is divided by M, which no pass before has done. */
    static void joinRealFromTwo(float[] z, Factor factor, float[] row, int half) {
        float[] gate = factor.row();
        int mask = factor.mask();
        float scale = 0.5f / half;
        for (int p = 0; p < half; p++) {
            float differenceRe = z[2 * p] - z[2 * (p + half)];
            float differenceIm = z[2 * p + 1] - z[2 * (p + half) + 1];
            row[p] = scale * (z[2 * p] + z[2 * (p + half)]) * gate[p & mask];
            row[p + half] = scale * HALF_ROOT * (differenceRe + differenceIm) * gate[(p + half) & mask];
        }
    }

    static void joinRealFromFour(float[] z, Factor factor, float[] row, int quarter, float[] w) {
        float[] gate = factor.row();
        int mask = factor.mask();
        float scale = 0.25f / quarter;
        for (int p = 0; p < quarter; p++) {
            int z0 = 2 * p;
            int z1 = 2 * (p + quarter);
            int z2 = 2 * (p + 2 * quarter);
            int z3 = 2 * (p + 3 * quarter);
            float b0r = z[z0] + z[z1];
            float b0i = z[z0 + 1] + z[z1 + 1];
            float b1r = z[z0] - z[z1];
            float b1i = z[z0 + 1] - z[z1 + 1];
            float b2r = z[z2] + z[z3];
            float b2i = z[z2 + 1] + z[z3 + 1];
            float b3r = z[z2 + 1] - z[z3 + 1];
            float b3i = z[z3] - z[z2];
            float y0 = b0r + b2r;
            float y1 = (b1r + b3r) * w[0] + (b1i + b3i) * w[1];
            float y2 = (b0r - b2r) * w[2] + (b0i - b2i) * w[3];
            float y3 = (b1r - b3r) * w[4] + (b1i - b3i) * w[5];
            row[p] = scale * y0 * gate[p & mask];
            row[p + quarter] = scale * y1 * gate[(p + quarter) & mask];
            row[p + 2 * quarter] = scale * y2 * gate[(p + 2 * quarter) & mask];
            row[p + 3 * quarter] = scale * y3 * gate[(p + 3 * quarter) & mask];
        }
    }
}
