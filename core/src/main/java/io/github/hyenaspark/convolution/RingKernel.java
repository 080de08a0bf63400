package io.github.hyenaspark.convolution;

import static io.github.hyenaspark.convolution.RingPasses.LANES;

import io.github.hyenaspark.convolution.RingPasses.Factor;

/**
 * Evaluates a real row of M elements, read as a polynomial, at the M complex roots of x^M = i; and back: the long
 * convolution, whose arithmetic is in {@link RingPasses}.
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
 * <p>Two levels are done at a time. With w^4 the constant of the ring, and a0..a3 the quarters, the four remainders are
 *
 * <pre>
 *   (a0 + w²a2) + w(a1 + w²a3)    (a0 + w²a2) - w(a1 + w²a3)
 *   (a0 - w²a2) + iw(a1 - w²a3)   (a0 - w²a2) - iw(a1 - w²a3)
 * </pre>
 *
 * <p>The halves of a ring of more than 16 points are whole groups of lanes, and a pass is one loop with one constant
 * per ring. A ring of 16 points is one group, and its levels pair lanes of it ({@link Turns}).
 *
 * <p><b>Order of the work.</b> All passes on a ring of at most 1024 points, the products between them and the passes
 * back are done before the next such ring is begun, so that it stays in the first-level cache. The first two passes of
 * long rows, which not even the second-level cache holds, are done strip by strip: both on 256 points of every
 * sixteenth of the ring, before the next 256. So are the last two.
 */
public final class RingKernel implements ConvolutionKernels.Kernel {
    /** The smallest M that the passes can split. */
    static final int SMALLEST = 4 * LANES;

    /** Points of a ring that is finished depth first: 8 bytes each. */
    private static final int CACHED = 1024;

    /** The fewest points of a long row. */
    private static final int LONG = 1 << 15;

    /** Points of a strip in each sixteenth of a long row. */
    private static final int STRIP = 256;

    private static final float[] NONE = {};

    /** What to do at the bottom, and so which way to go: down (all but RESTORE), up (all but TRANSFORM). */
    private enum Operation {
        TRANSFORM,
        CONVOLVE,
        CORRELATE,
        RESTORE
    }

    /**
     * @param points what goes down, up, or both
     * @param other CORRELATE: the points of the input, which go down too; RESTORE: the values to start from
     */
    private record Transform(Operation operation, float[] points, float[] other, float[] spectrum, float[] sum) {
        boolean down() {
            return operation != Operation.RESTORE;
        }

        boolean up() {
            return operation != Operation.TRANSFORM;
        }
    }

    private final int size;
    /** Of the rings that {@link #splitRow} leaves: 2, or 4 for long rows. */
    private final int firstLevel;

    private final int leafLevel;

    private final RingPasses passes;
    /** By level: w, w², w³ of every ring of that level, in the order of the tree; empty for levels not split from. */
    private final float[][] constants;

    private final Turns turns;

    /** For rows of {@code size} elements, a power of two, at least {@value #SMALLEST}. */
    public RingKernel(int size, RingPasses passes) {
        if (size < SMALLEST || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    "a transform's size must be a power of two, at least " + SMALLEST + ", found " + size);
        }
        this.passes = passes;
        int levels = Integer.numberOfTrailingZeros(size);
        this.size = size;
        firstLevel = size < LONG ? 2 : 4;
        leafLevel = levels - Integer.numberOfTrailingZeros(LANES);
        constants = new float[leafLevel][0];
        for (int level = 0; level < leafLevel; level += 2) {
            constants[level] = Constants.of(level);
        }
        turns = new Turns(size, CACHED);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void splitRow(float[] row, Factor factor, float[] points) {
        if (size < LONG) {
            passes.splitRow(row, factor, points, constants[0], size / 4, 0, size / 4);
            return;
        }
        for (int strip = 0; strip < size / 16; strip += STRIP) {
            for (int p = strip; p < size / 4; p += size / 16) {
                passes.splitRow(row, factor, points, constants[0], size / 4, p, p + STRIP);
            }
            for (int n = 0; n < 4; n++) {
                int from = 2 * (n * (size / 4) + strip);
                passes.splitRingInFour(points, from, size / 8, 2 * STRIP, constants[2], 6 * n);
            }
        }
    }

    @Override
    public void transform(float[] points) {
        run(new Transform(Operation.TRANSFORM, points, NONE, NONE, NONE), firstLevel, 0, 1 << firstLevel);
    }

    @Override
    public void convolve(float[] points, float[] spectrum) {
        run(new Transform(Operation.CONVOLVE, points, NONE, spectrum, NONE), firstLevel, 0, 1 << firstLevel);
    }

    @Override
    public void correlate(float[] points, float[] inputPoints, float[] spectrum, float[] sum) {
        run(new Transform(Operation.CORRELATE, points, inputPoints, spectrum, sum), firstLevel, 0, 1 << firstLevel);
    }

    @Override
    public void restore(float[] values, float[] points) {
        run(new Transform(Operation.RESTORE, points, values, NONE, NONE), firstLevel, 0, 1 << firstLevel);
    }

    @Override
    public void joinRow(float[] points, Factor factor, float[] output, Factor otherFactor, float[] otherOutput) {
        RingPasses.Product first = new RingPasses.Product(factor, output);
        RingPasses.Product second = new RingPasses.Product(otherFactor, otherOutput);
        if (size < LONG || otherOutput.length > 0) { // strips of two rows would write to 32 places at a time
            if (size >= LONG) {
                join(points, 2, 0, 4);
            }
            passes.joinRow(points, first, second, constants[0], size / 4, 0, size / 4);
            return;
        }
        for (int strip = 0; strip < size / 16; strip += STRIP) {
            for (int n = 0; n < 4; n++) {
                int from = 2 * (n * (size / 4) + strip);
                passes.joinRingFromFour(points, from, size / 8, 2 * STRIP, constants[2], 6 * n);
            }
            for (int p = strip; p < size / 4; p += size / 16) {
                passes.joinRow(points, first, second, constants[0], size / 4, p, p + STRIP);
            }
        }
    }

    /** Down and up again for {@code rings} neighbouring rings of a level, from point {@code from} on. */
    private void run(Transform transform, int level, int from, int rings) {
        int m = size >> level;
        if (rings > 1 && rings * m > CACHED) {
            for (int n = 0; n < rings; n++) {
                run(transform, level, from + n * m, 1);
            }
        } else if (level == leafLevel) {
            finish(transform, 2 * from, 2 * (from + rings * m));
        } else {
            int levels = Math.min(2, leafLevel - level);
            if (transform.down()) {
                split(transform.points(), level, from, rings);
            }
            if (transform.operation() == Operation.CORRELATE) {
                split(transform.other(), level, from, rings);
            }
            run(transform, level + levels, from, rings << levels);
            if (transform.up()) {
                join(transform.points(), level, from, rings);
            }
        }
    }

    private void split(float[] z, int level, int from, int rings) {
        int m = size >> level;
        int at = 6 * (from / m);
        if (level + 1 == leafLevel) {
            passes.splitInTwo(z, 2 * from, m, rings, constants[level], at);
        } else {
            passes.splitInFour(z, 2 * from, m / 2, rings, constants[level], at);
        }
    }

    private void join(float[] z, int level, int from, int rings) {
        int m = size >> level;
        int at = 6 * (from / m);
        if (level + 1 == leafLevel) {
            passes.joinFromTwo(z, 2 * from, m, rings, constants[level], at);
        } else {
            passes.joinFromFour(z, 2 * from, m / 2, rings, constants[level], at);
        }
    }

    /** The levels inside of vectors and the products, for floats {@code from} to {@code to}. */
    private void finish(Transform transform, int from, int to) {
        float[] z = transform.points();
        if (transform.down()) {
            passes.splitGroups(turns, z, from, to);
        }
        switch (transform.operation()) {
            case TRANSFORM -> passes.quads().split(z, from, to);
            case CONVOLVE -> passes.quads().convolve(z, transform.spectrum(), from, to);
            case CORRELATE -> {
                passes.splitGroups(turns, transform.other(), from, to);
                passes.quads().split(transform.other(), from, to);
                passes.quads().correlate(z, transform.other(), transform.spectrum(), transform.sum(), from, to);
            }
            case RESTORE -> passes.quads().join(transform.other(), z, from, to);
        }
        if (transform.up()) {
            passes.joinGroups(turns, z, from, to);
        }
    }

    /**
     * The constants of the rings of {@link RingKernel}, computed in double and rounded once, by StrictMath, so that
     * every machine has the same.
     *
     * <p>Turn by turn: a ring x^m = exp(2πi a) has the halves a/2 and a/2 + 1/2, starting from a = 1/4. So ring number
     * n of a level has a = 2^-(level+2) plus the bits of n {@link #mirrored} behind the binary point.
     */
    static final class Constants {
        private Constants() {}

        /** w, w², w³ (re, im, ...) of all rings of a level of 2^level rings, w^4 the ring's. */
        static float[] of(int level) {
            int rings = 1 << level;
            float[] table = new float[6 * rings];
            for (int ring = 0; ring < rings; ring++) {
                double turn = Math.scalb(1.0, -level - 2) + mirrored(ring);
                for (int power = 1; power <= 3; power++) {
                    table[6 * ring + 2 * power - 2] = cos(power * turn / 4);
                    table[6 * ring + 2 * power - 1] = sin(power * turn / 4);
                }
            }
            return table;
        }

        /** The bits of {@code ring} behind the binary point, the lowest first: 1 is 1/2, 2 is 1/4, 3 is 3/4. */
        static double mirrored(int ring) {
            return Integer.toUnsignedLong(Integer.reverse(ring)) * 0x1p-32;
        }

        static float cos(double turns) {
            return (float) StrictMath.cos(2 * Math.PI * turns);
        }

        static float sin(double turns) {
            return (float) StrictMath.sin(2 * Math.PI * turns);
        }
    }
}
