package io.github.hyenaspark.convolution;

import static io.github.hyenaspark.convolution.RingPasses.LANES;

/**
 * The scalar form of the last two levels, four neighbouring lanes at a time: the second quarter comes in, and on the
 * way up goes out, with a minus, and the third goes out as its conjugate. Values can stay conjugates: so are their
 * products and sums.
 */
final class ScalarQuads implements RingPasses.QuadValues {
    @Override
    public void split(float[] z, int from, int to) {
        for (int group = from; group < to; group += 2 * LANES) {
            for (int p = group; p < group + LANES; p += 4) {
                down(z, p);
            }
        }
    }

    private static void down(float[] z, int re) {
        int im = re + LANES;
        float b0r = z[re] + z[re + 2];
        float b1r = z[re + 3] - z[re + 1];
        float b2r = z[re] - z[re + 2];
        float b3r = z[im + 3] + z[im + 1];
        float b0i = z[im] + z[im + 2];
        float b1i = z[im + 3] - z[im + 1];
        float b2i = z[im] - z[im + 2];
        float b3i = z[re + 3] + z[re + 1];
        z[re] = b0r + b1r;
        z[re + 1] = b0r - b1r;
        z[re + 2] = b2r + b3r;
        z[re + 3] = b2r - b3r;
        z[im] = b0i + b1i;
        z[im + 1] = b0i - b1i;
        z[im + 2] = b3i - b2i;
        z[im + 3] = b2i + b3i;
    }

    @Override
    public void convolve(float[] z, float[] h, int from, int to) {
        for (int group = from; group < to; group += 2 * LANES) {
            for (int p = group; p < group + LANES; p += 4) {
                down(z, p);
            }
            for (int p = group; p < group + LANES; p++) {
                float re = z[p];
                float im = z[p + LANES];
                z[p] = re * h[p] - im * h[p + LANES];
                z[p + LANES] = Math.fma(im, h[p], re * h[p + LANES]);
            }
            for (int p = group; p < group + LANES; p += 4) {
                up(z, p);
            }
        }
    }

    @Override
    public void correlate(float[] z, float[] u, float[] h, float[] sum, int from, int to) {
        for (int group = from; group < to; group += 2 * LANES) {
            for (int p = group; p < group + LANES; p += 4) {
                down(z, p);
            }
            for (int p = group; p < group + LANES; p++) {
                float re = z[p];
                float im = z[p + LANES];
                sum[p] = Math.fma(im, u[p + LANES], Math.fma(re, u[p], sum[p]));
                sum[p + LANES] = Math.fma(im, u[p], sum[p + LANES]) - re * u[p + LANES];
                z[p] = Math.fma(im, h[p + LANES], re * h[p]);
                z[p + LANES] = im * h[p] - re * h[p + LANES];
            }
            for (int p = group; p < group + LANES; p += 4) {
                up(z, p);
            }
        }
    }

    @Override
    public void join(float[] values, float[] z, int from, int to) {
        System.arraycopy(values, from, z, from, to - from);
        for (int group = from; group < to; group += 2 * LANES) {
            for (int p = group; p < group + LANES; p += 4) {
                up(z, p);
            }
        }
    }

    private static void up(float[] z, int re) {
        int im = re + LANES;
        float d0r = z[re] + z[re + 1];
        float d1r = z[re] - z[re + 1];
        float d2r = z[re + 2] + z[re + 3];
        float d3i = z[re + 2] - z[re + 3];
        float d0i = z[im] + z[im + 1];
        float d1i = z[im] - z[im + 1];
        float d2i = z[im + 3] - z[im + 2];
        float d3r = z[im + 3] + z[im + 2];
        z[re] = d0r + d2r;
        z[re + 1] = d3r - d1r;
        z[re + 2] = d0r - d2r;
        z[re + 3] = d3r + d1r;
        z[im] = d0i + d2i;
        z[im + 1] = d3i - d1i;
        z[im + 2] = d0i - d2i;
        z[im + 3] = d3i + d1i;
    }
}
