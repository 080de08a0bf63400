package io.github.hyenaspark.convolution;

import io.github.hyenaspark.convolution.RingConstants.Factor;

/**
 * Evaluates a real row of M elements, read as a polynomial, at the M complex roots of x^M = i; and back: the long
 * convolution in plain Java.
 *
 * <p><b>Why i.</b> An FFT of size M multiplies polynomials modulo x^M - 1: what overflows the top is added to the
 * bottom, and a causal convolution must pad to 2M to keep the two apart. Modulo x^M - i the overflow comes back
 * multiplied by i. The rows are real, so the causal convolution is the real part and the overflow is the imaginary
 * part: M points are enough, and nothing needs packing. In the same way, conj(H) at a point on the unit circle is h at
 * 1/x, and x^-n = -i x^(M-n): the real part of the inverse of G conj(H) is the correlation at lags >= 0.
 *
 * <p><b>How.</b> The roots are reached by splitting rings: x^m - r^2 = (x^(m/2) - r)(x^(m/2) + r), so a polynomial a of
 * m coefficients, with lower half p and upper half q, has the remainders p + r q and p - r q. Each half is split again
 * until m = 1, when the remainder is the value at a root. A ring has one constant r (in an FFT the factor changes
 * inside a block), and the remainders stand where the halves stood. The values come out in the order of the tree; as
 * products are taken point by point and the inverse runs the same tree backwards, no one needs another order.
 *
 * <p>Two levels are done at a time. With w^4 the constant of the ring, and a0..a3 the quarters, the four remainders
 * ({@link RingPasses}) are
 *
 * <pre>
 *   (a0 + w²a2) + w(a1 + w²a3)    (a0 + w²a2) - w(a1 + w²a3)
 *   (a0 - w²a2) + iw(a1 - w²a3)   (a0 - w²a2) - iw(a1 - w²a3)
 * </pre>
 *
 * <p>Complex arrays hold re, im, re, im, ... The constants are those of {@link RingConstants}.
 */
public final class ScalarKernel implements Kernel {
    /** The smallest M that the passes below can split. */
    static final int SMALLEST = 4;

    /** Points of a ring that is finished depth first, so that it stays in the first-level cache: 8 bytes each. */
    private static final int CACHED = 1024;

    private final int size;
    /** The level of the rings that are left after the first pass: the odd level, if there is one, goes there. */
    private final int firstLevel;
    /** By level: w, w², w³ of every ring of that level, in the order of the tree; empty for levels not split from. */
    private final float[][] constants;

    private ScalarKernel(int size) {
        int levels = Integer.numberOfTrailingZeros(size);
        this.size = size;
        this.firstLevel = levels % 2 == 0 ? 2 : 1;
        this.constants = new float[levels + 1][0];
        for (int level = levels % 2; level < levels; level += 2) {
            constants[level] = RingConstants.of(level, 1);
        }
    }

    public static ScalarKernel ofSize(int size) {
        if (size < SMALLEST || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    "a transform's size must be a power of two, at least " + SMALLEST + ", found " + size);
        }
        return new ScalarKernel(size);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void splitRow(float[] row, Factor factor, float[] z) {
        if (firstLevel == 1) {
            RingPasses.splitRealInTwo(row, factor, z, size / 2);
        } else {
            RingPasses.splitRealInFour(row, factor, z, size / 4, constants[0]);
        }
    }

    @Override
    public void transform(float[] z) {
        split(z, 0, size >> firstLevel, 1 << firstLevel, firstLevel, 0);
    }

    private void join(float[] z) {
        join(z, 0, size >> firstLevel, 1 << firstLevel, firstLevel, 0);
    }

    private void joinRow(float[] z, Factor factor, float[] row) {
        if (firstLevel == 1) {
            RingPasses.joinRealFromTwo(z, factor, row, size / 2);
        } else {
            RingPasses.joinRealFromFour(z, factor, row, size / 4, constants[0]);
        }
    }

    private void split(float[] z, int from, int m, int rings, int level, int ring) {
        if (m > CACHED && rings > 1) {
            for (int n = 0; n < rings; n++) {
                split(z, from + n * m, m, 1, level, ring + n);
            }
            return;
        }
        if (m > 4) {
            RingPasses.splitInFour(z, 2 * from, m / 2, rings, constants[level], 6 * ring);
            split(z, from, m / 4, 4 * rings, level + 2, 4 * ring);
        } else if (m == 4) {
            RingPasses.splitLast(z, 2 * from, rings, constants[level], 6 * ring);
        }
    }

    private void join(float[] z, int from, int m, int rings, int level, int ring) {
        if (m > CACHED && rings > 1) {
            for (int n = 0; n < rings; n++) {
                join(z, from + n * m, m, 1, level, ring + n);
            }
            return;
        }
        if (m > 4) {
            join(z, from, m / 4, 4 * rings, level + 2, 4 * ring);
            RingPasses.joinFromFour(z, 2 * from, m / 2, rings, constants[level], 6 * ring);
        } else if (m == 4) {
            RingPasses.joinFirst(z, 2 * from, rings, constants[level], 6 * ring);
        }
    }

    @Override
    public void convolve(float[] points, float[] spectrum) {
        transform(points);
        multiply(points, spectrum, 2 * size());
        join(points);
    }

    @Override
    public void correlate(float[] points, float[] inputPoints, float[] spectrum, float[] sum) {
        transform(inputPoints);
        transform(points);
        correlate(points, inputPoints, spectrum, sum, 2 * size());
        join(points);
    }

    @Override
    public void restore(float[] values, float[] points) {
        System.arraycopy(values, 0, points, 0, 2 * size());
        join(points);
    }

    @Override
    public void joinRow(float[] points, Factor factor, float[] output, Factor otherFactor, float[] otherOutput) {
        joinRow(points, factor, output);
        if (otherOutput.length > 0) {
            joinRow(points, otherFactor, otherOutput);
        }
    }

    private static void multiply(float[] z, float[] h, int size) {
        for (int p = 0; p < size; p += 2) {
            float re = z[p];
            float im = z[p + 1];
            z[p] = re * h[p] - im * h[p + 1];
            z[p + 1] = re * h[p + 1] + im * h[p];
        }
    }

    /** {@code sum += g conj(u)}, then {@code g *= conj(h)}, complex. */
    private static void correlate(float[] g, float[] u, float[] h, float[] sum, int size) {
        for (int p = 0; p < size; p += 2) {
            float re = g[p];
            float im = g[p + 1];
            sum[p] += re * u[p] + im * u[p + 1];
            sum[p + 1] += im * u[p] - re * u[p + 1];
            g[p] = re * h[p] + im * h[p + 1];
            g[p + 1] = im * h[p] - re * h[p + 1];
        }
    }
}
