package io.github.hyenaspark.convolution;

import static io.github.hyenaspark.convolution.RingPasses.LANES;

/**
 * The scalar form of the levels that pair the four quarters of a group of 16 lanes: bits 3 and 2 of the lane. The
 * fourth quarter is multiplied by i between its two levels, which exchanges re and im, but for a sign; {@link Turns}
 * has the signs, which vectors get for free from a fused multiply-add.
 */
final class ScalarGroups {
    private static final int QUARTER = LANES / 4;

    private ScalarGroups() {}

    static void split(Turns turns, float[] z, int from, int to) {
        float[] powers = turns.powers();
        for (int p = from, ring = turns.ring(from); p < to; p += 2 * LANES, ring += 2 * LANES) {
            turn(turns, turns.block(from), ring, z, p);
            for (int re = p; re < p + QUARTER; re++) {
                splitQuarters(z, re);
            }
            for (int lane = 0; lane < LANES; lane++) {
                float re = z[p + lane];
                float im = z[p + LANES + lane];
                z[p + lane] = Math.fma(im, powers[LANES + lane], re * powers[lane]);
                z[p + LANES + lane] = Math.fma(im, powers[3 * LANES + lane], re * powers[2 * LANES + lane]);
            }
        }
    }

    private static void turn(Turns turns, int block, int ring, float[] z, int p) {
        float[] ofRings = turns.ofRings();
        float[] ofBlocks = turns.ofBlocks();
        for (int lane = 0; lane < LANES; lane++) {
            float tr = turnRe(ofRings, ring + lane, ofBlocks, block + lane);
            float ti = turnIm(ofRings, ring + lane, ofBlocks, block + lane);
            float re = z[p + lane];
            float im = z[p + LANES + lane];
            z[p + lane] = re * tr - im * ti;
            z[p + LANES + lane] = Math.fma(re, ti, im * tr);
        }
    }

    private static float turnRe(float[] u, int ring, float[] s, int block) {
        return Math.fma(u[ring + LANES], -s[block + LANES], u[ring] * s[block]);
    }

    private static float turnIm(float[] u, int ring, float[] s, int block) {
        return Math.fma(u[ring], s[block + LANES], u[ring + LANES] * s[block]);
    }

    /** The same lane of all four quarters, real parts from {@code re} on. */
    private static void splitQuarters(float[] z, int re) {
        int im = re + LANES;
        float b0r = z[re] + z[re + 2 * QUARTER];
        float b1r = z[re + 3 * QUARTER] - z[re + QUARTER];
        float b2r = z[re] - z[re + 2 * QUARTER];
        float b3r = z[im + QUARTER] + z[im + 3 * QUARTER];
        float b0i = z[im] + z[im + 2 * QUARTER];
        float b1i = z[im + 3 * QUARTER] - z[im + QUARTER];
        float b2i = z[im] - z[im + 2 * QUARTER];
        float b3i = z[re + QUARTER] + z[re + 3 * QUARTER];
        z[re] = b0r + b1r;
        z[re + QUARTER] = b0r - b1r;
        z[re + 2 * QUARTER] = b2r + b3r;
        z[re + 3 * QUARTER] = b2r - b3r;
        z[im] = b0i + b1i;
        z[im + QUARTER] = b0i - b1i;
        z[im + 2 * QUARTER] = b3i - b2i;
        z[im + 3 * QUARTER] = b2i + b3i;
    }

    /** {@link #split} read from the end, with the transposed matrices. */
    static void join(Turns turns, float[] z, int from, int to) {
        float[] powers = turns.powers();
        for (int p = from, ring = turns.ring(from); p < to; p += 2 * LANES, ring += 2 * LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                float re = z[p + lane];
                float im = z[p + LANES + lane];
                z[p + lane] = Math.fma(im, powers[2 * LANES + lane], re * powers[lane]);
                z[p + LANES + lane] = Math.fma(im, powers[3 * LANES + lane], re * powers[LANES + lane]);
            }
            for (int re = p; re < p + QUARTER; re++) {
                joinQuarters(z, re);
            }
            turnBack(turns, turns.block(from), ring, z, p);
        }
    }

    private static void joinQuarters(float[] z, int re) {
        int im = re + LANES;
        float c0r = z[re] + z[re + QUARTER];
        float c1r = z[re] - z[re + QUARTER];
        float c2r = z[re + 2 * QUARTER] + z[re + 3 * QUARTER];
        float c3i = z[re + 2 * QUARTER] - z[re + 3 * QUARTER];
        float c0i = z[im] + z[im + QUARTER];
        float c1i = z[im] - z[im + QUARTER];
        float c2i = z[im + 3 * QUARTER] - z[im + 2 * QUARTER];
        float c3r = z[im + 2 * QUARTER] + z[im + 3 * QUARTER];
        z[re] = c0r + c2r;
        z[re + QUARTER] = c3r - c1r;
        z[re + 2 * QUARTER] = c0r - c2r;
        z[re + 3 * QUARTER] = c1r + c3r;
        z[im] = c0i + c2i;
        z[im + QUARTER] = c3i - c1i;
        z[im + 2 * QUARTER] = c0i - c2i;
        z[im + 3 * QUARTER] = c1i + c3i;
    }

    private static void turnBack(Turns turns, int block, int ring, float[] z, int p) {
        float[] ofRings = turns.ofRings();
        float[] ofBlocks = turns.ofBlocks();
        for (int lane = 0; lane < LANES; lane++) {
            float tr = turnRe(ofRings, ring + lane, ofBlocks, block + lane);
            float ti = turnIm(ofRings, ring + lane, ofBlocks, block + lane);
            float re = z[p + lane];
            float im = z[p + LANES + lane];
            z[p + lane] = Math.fma(im, ti, re * tr);
            z[p + LANES + lane] = im * tr - re * ti;
        }
    }

    /**
     * The scalar form of the last two levels, four neighbouring lanes at a time: the second quarter comes in, and on
     * the way up goes out, with a minus, and the third goes out as its conjugate. Values can stay conjugates: so are
     * their products and sums.
     */
    static final class Quads implements RingPasses.QuadValues {
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
}
