package io.github.hyenaspark.convolution;

import io.github.hyenaspark.convolution.RingPasses.Factor;

/**
 * {@link RingPasses} in plain Java, one lane after the other. {@link Math#fma} is one instruction wherever training
 * runs, and the definition of the bits everywhere.
 */
final class ScalarPasses implements RingPasses {
    private static final float HALF_ROOT = (float) Math.sqrt(0.5);
    private static final ScalarGroups.Quads QUADS = new ScalarGroups.Quads();

    @Override
    public void splitRow(float[] row, Factor factor, float[] z, float[] w, int quarter, int from, int to) {
        float[] gate = factor.row();
        int mask = factor.mask();
        for (int p0 = from; p0 < to; p0++) {
            int p1 = p0 + quarter;
            int p2 = p1 + quarter;
            int p3 = p2 + quarter;
            float a0 = row[p0] * gate[p0 & mask];
            float a1 = row[p1] * gate[p1 & mask];
            float b2 = row[p2] * gate[p2 & mask] * HALF_ROOT;
            float b3 = row[p3] * gate[p3 & mask] * HALF_ROOT;
            // w(a1 + w²a3) and iw(a1 - w²a3), where w²a3 = (1 + i) b3
            float plus = a1 + b3;
            float minus = a1 - b3;
            float cr = Math.fma(b3, -w[1], plus * w[0]);
            float ci = Math.fma(plus, w[1], b3 * w[0]);
            float dr = Math.fma(minus, -w[1], b3 * w[0]);
            float di = Math.fma(b3, w[1], minus * w[0]);
            float sum = a0 + b2;
            float difference = a0 - b2;
            int z0 = place(p0);
            int z1 = z0 + 2 * quarter;
            int z2 = z1 + 2 * quarter;
            int z3 = z2 + 2 * quarter;
            z[z0] = sum + cr;
            z[z0 + LANES] = b2 + ci;
            z[z1] = sum - cr;
            z[z1 + LANES] = b2 - ci;
            z[z2] = difference + dr;
            z[z2 + LANES] = di - b2;
            z[z3] = difference - dr;
            z[z3 + LANES] = -(b2 + di);
        }
    }

    /** Where the real part of a point lies. */
    private static int place(int point) {
        return 2 * point - point % LANES;
    }

    @Override
    public void joinRow(float[] z, Product first, Product second, float[] w, int quarter, int from, int to) {
        float scale = 0.25f / quarter;
        boolean both = second.output().length > 0;
        for (int p = from; p < to; p++) {
            int z0 = place(p);
            int z1 = z0 + 2 * quarter;
            int z2 = z1 + 2 * quarter;
            int z3 = z2 + 2 * quarter;
            float b0r = z[z0] + z[z1];
            float b0i = z[z0 + LANES] + z[z1 + LANES];
            float b1r = z[z0] - z[z1];
            float b1i = z[z0 + LANES] - z[z1 + LANES];
            float b2r = z[z2] + z[z3];
            float b2i = z[z2 + LANES] + z[z3 + LANES];
            float b3r = z[z2 + LANES] - z[z3 + LANES];
            float b3i = z[z3] - z[z2];
            float y0 = (b0r + b2r) * scale;
            float y1 = Math.fma(b1i + b3i, scale * w[1], (b1r + b3r) * (scale * w[0]));
            float y2 = Math.fma(b0i - b2i, scale * w[3], (b0r - b2r) * (scale * w[2]));
            float y3 = Math.fma(b1i - b3i, scale * w[5], (b1r - b3r) * (scale * w[4]));
            write(first, p, quarter, y0, y1, y2, y3);
            if (both) {
                write(second, p, quarter, y0, y1, y2, y3);
            }
        }
    }

    private static void write(Product product, int p0, int quarter, float y0, float y1, float y2, float y3) {
        float[] gate = product.factor().row();
        int mask = product.factor().mask();
        float[] output = product.output();
        int p1 = p0 + quarter;
        int p2 = p1 + quarter;
        int p3 = p2 + quarter;
        output[p0] = y0 * gate[p0 & mask];
        output[p1] = y1 * gate[p1 & mask];
        output[p2] = y2 * gate[p2 & mask];
        output[p3] = y3 * gate[p3 & mask];
    }

    @Override
    public void splitInFour(float[] z, int from, int quarter, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            splitRingInFour(z, from + 4 * n * quarter, quarter, quarter, w, at + 6 * n);
        }
    }

    @Override
    public void splitRingInFour(float[] z, int from, int quarter, int width, float[] w, int at) {
        float w1r = w[at];
        float w1i = w[at + 1];
        float w2r = w[at + 2];
        float w2i = w[at + 3];
        float w3r = w[at + 4];
        float w3i = w[at + 5];
        for (int group = from; group < from + width; group += 2 * LANES) {
            for (int p0 = group; p0 < group + LANES; p0++) {
                int p1 = p0 + quarter;
                int p2 = p1 + quarter;
                int p3 = p2 + quarter;
                float a1r = Math.fma(z[p1 + LANES], -w1i, z[p1] * w1r);
                float a1i = Math.fma(z[p1], w1i, z[p1 + LANES] * w1r);
                float a2r = Math.fma(z[p2 + LANES], -w2i, z[p2] * w2r);
                float a2i = Math.fma(z[p2], w2i, z[p2 + LANES] * w2r);
                float a3r = Math.fma(z[p3 + LANES], -w3i, z[p3] * w3r);
                float a3i = Math.fma(z[p3], w3i, z[p3 + LANES] * w3r);
                float b0r = z[p0] + a2r;
                float b0i = z[p0 + LANES] + a2i;
                float b1r = a1r + a3r;
                float b1i = a1i + a3i;
                float b2r = z[p0] - a2r;
                float b2i = z[p0 + LANES] - a2i;
                float b3r = a1r - a3r;
                float b3i = a1i - a3i;
                z[p0] = b0r + b1r;
                z[p0 + LANES] = b0i + b1i;
                z[p1] = b0r - b1r;
                z[p1 + LANES] = b0i - b1i;
                z[p2] = b2r - b3i;
                z[p2 + LANES] = b2i + b3r;
                z[p3] = b2r + b3i;
                z[p3 + LANES] = b2i - b3r;
            }
        }
    }

    @Override
    public void joinFromFour(float[] z, int from, int quarter, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            joinRingFromFour(z, from + 4 * n * quarter, quarter, quarter, w, at + 6 * n);
        }
    }

    @Override
    public void joinRingFromFour(float[] z, int from, int quarter, int width, float[] w, int at) {
        float w1r = w[at];
        float w1i = w[at + 1];
        float w2r = w[at + 2];
        float w2i = w[at + 3];
        float w3r = w[at + 4];
        float w3i = w[at + 5];
        for (int group = from; group < from + width; group += 2 * LANES) {
            for (int p0 = group; p0 < group + LANES; p0++) {
                int p1 = p0 + quarter;
                int p2 = p1 + quarter;
                int p3 = p2 + quarter;
                float b0r = z[p0] + z[p1];
                float b0i = z[p0 + LANES] + z[p1 + LANES];
                float b1r = z[p0] - z[p1];
                float b1i = z[p0 + LANES] - z[p1 + LANES];
                float b2r = z[p2] + z[p3];
                float b2i = z[p2 + LANES] + z[p3 + LANES];
                float b3r = z[p2 + LANES] - z[p3 + LANES];
                float b3i = z[p3] - z[p2];
                float a1r = b1r + b3r;
                float a1i = b1i + b3i;
                float a2r = b0r - b2r;
                float a2i = b0i - b2i;
                float a3r = b1r - b3r;
                float a3i = b1i - b3i;
                z[p0] = b0r + b2r;
                z[p0 + LANES] = b0i + b2i;
                z[p1] = Math.fma(a1i, w1i, a1r * w1r);
                z[p1 + LANES] = Math.fma(a1r, -w1i, a1i * w1r);
                z[p2] = Math.fma(a2i, w2i, a2r * w2r);
                z[p2 + LANES] = Math.fma(a2r, -w2i, a2i * w2r);
                z[p3] = Math.fma(a3i, w3i, a3r * w3r);
                z[p3 + LANES] = Math.fma(a3r, -w3i, a3i * w3r);
            }
        }
    }

    @Override
    public void splitInTwo(float[] z, int from, int half, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            int start = from + 2 * n * half;
            float wr = w[at + 6 * n + 2];
            float wi = w[at + 6 * n + 3];
            for (int group = start; group < start + half; group += 2 * LANES) {
                for (int p = group; p < group + LANES; p++) {
                    int q = p + half;
                    float br = Math.fma(z[q + LANES], -wi, z[q] * wr);
                    float bi = Math.fma(z[q], wi, z[q + LANES] * wr);
                    z[q] = z[p] - br;
                    z[q + LANES] = z[p + LANES] - bi;
                    z[p] += br;
                    z[p + LANES] += bi;
                }
            }
        }
    }

    @Override
    public void joinFromTwo(float[] z, int from, int half, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            int start = from + 2 * n * half;
            float wr = w[at + 6 * n + 2];
            float wi = w[at + 6 * n + 3];
            for (int group = start; group < start + half; group += 2 * LANES) {
                for (int p = group; p < group + LANES; p++) {
                    int q = p + half;
                    float dr = z[p] - z[q];
                    float di = z[p + LANES] - z[q + LANES];
                    z[p] += z[q];
                    z[p + LANES] += z[q + LANES];
                    z[q] = Math.fma(di, wi, dr * wr);
                    z[q + LANES] = Math.fma(dr, -wi, di * wr);
                }
            }
        }
    }

    @Override
    public void splitGroups(Turns turns, float[] z, int from, int to) {
        ScalarGroups.split(turns, z, from, to);
    }

    @Override
    public void joinGroups(Turns turns, float[] z, int from, int to) {
        ScalarGroups.join(turns, z, from, to);
    }

    @Override
    public QuadValues quads() {
        return QUADS;
    }
}
