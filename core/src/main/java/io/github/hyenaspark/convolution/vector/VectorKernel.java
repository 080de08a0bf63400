package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.vector.VectorLanes.LANES;

import io.github.hyenaspark.convolution.Kernel;
import io.github.hyenaspark.convolution.RingConstants;
import io.github.hyenaspark.convolution.RingConstants.Factor;

/**
 * {@code ScalarKernel} on vectors of {@link VectorLanes#LANES} floats: the same tree of rings, other passes, and
 * another order of the values.
 *
 * <p><b>Layout.</b> Points lie as LANES real parts, LANES imaginary parts, and so on; neighbouring points of a ring are
 * neighbouring lanes. So the halves of a ring of more than LANES points are whole vectors, and a pass is one loop with
 * one constant per ring ({@link VectorRings}; {@link VectorEnds} for the first and the last, which see the rows).
 *
 * <p><b>The last levels.</b> A ring of LANES points is one vector, and its levels pair lanes of it. That is done in
 * place, vector by vector: {@link VectorTwiddles} gives all rings the same constants and goes down to rings of four
 * points, {@link VectorQuads} down to values, multiplies them and comes back up. Exchanging lanes between vectors
 * instead, so that what is paired stands in different ones, takes more operations; doing all levels in one loop takes
 * fewer loads and stores, but each operation then waits for the one before.
 *
 * <p><b>Order of the work.</b> All passes on a ring of at most 1024 points, the products between them and the passes
 * back are done before the next such ring is begun, so that it stays in the first-level cache. The first two passes of
 * long rows, which not even the second-level cache holds, are done strip by strip: both on 256 points of every
 * sixteenth of the ring, before the next 256. So are the last two.
 */
final class VectorKernel implements Kernel {
    static final int SMALLEST = LANES * LANES;

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

    private final VectorEnds ends;
    /** By level: w, w², w³ of every ring of that level; empty for levels not split from. */
    private final float[][] constants;

    private final VectorTwiddles twiddles;

    VectorKernel(int size) {
        int levels = Integer.numberOfTrailingZeros(size);
        this.size = size;
        firstLevel = size < LONG ? 2 : 4;
        leafLevel = levels - Integer.numberOfTrailingZeros(LANES);
        constants = new float[leafLevel][0];
        ends = new VectorEnds(size);
        for (int level = 2; level < leafLevel; level += 2) {
            constants[level] = RingConstants.of(level, 1);
        }
        twiddles = new VectorTwiddles(size, CACHED);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void splitRow(float[] row, Factor factor, float[] points) {
        if (size < LONG) {
            ends.splitRow(row, factor, points, 0, size / 4);
            return;
        }
        for (int strip = 0; strip < size / 16; strip += STRIP) {
            for (int p = strip; p < size / 4; p += size / 16) {
                ends.splitRow(row, factor, points, p, p + STRIP);
            }
            for (int n = 0; n < 4; n++) {
                int from = 2 * (n * (size / 4) + strip);
                VectorRings.splitRingInFour(points, from, size / 8, 2 * STRIP, constants[2], 6 * n);
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
        if (size < LONG || otherOutput.length > 0) { // strips of two rows would write to 32 places at a time
            if (size >= LONG) {
                join(points, 2, 0, 4);
            }
            ends.joinRow(points, factor, output, otherFactor, otherOutput, 0, size / 4);
            return;
        }
        for (int strip = 0; strip < size / 16; strip += STRIP) {
            for (int n = 0; n < 4; n++) {
                int from = 2 * (n * (size / 4) + strip);
                VectorRings.joinRingFromFour(points, from, size / 8, 2 * STRIP, constants[2], 6 * n);
            }
            for (int p = strip; p < size / 4; p += size / 16) {
                ends.joinRow(points, factor, output, otherFactor, otherOutput, p, p + STRIP);
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
            VectorRings.splitInTwo(z, 2 * from, m, rings, constants[level], at);
        } else {
            VectorRings.splitInFour(z, 2 * from, m / 2, rings, constants[level], at);
        }
    }

    private void join(float[] z, int level, int from, int rings) {
        int m = size >> level;
        int at = 6 * (from / m);
        if (level + 1 == leafLevel) {
            VectorRings.joinFromTwo(z, 2 * from, m, rings, constants[level], at);
        } else {
            VectorRings.joinFromFour(z, 2 * from, m / 2, rings, constants[level], at);
        }
    }

    /** The levels inside of vectors and the products, for floats {@code from} to {@code to}. */
    private void finish(Transform transform, int from, int to) {
        float[] z = transform.points();
        if (transform.down()) {
            twiddles.split(z, from, to);
        }
        switch (transform.operation()) {
            case TRANSFORM -> VectorQuads.split(z, from, to);
            case CONVOLVE -> VectorQuads.convolve(z, transform.spectrum(), from, to);
            case CORRELATE -> {
                twiddles.split(transform.other(), from, to);
                VectorQuads.split(transform.other(), from, to);
                VectorQuads.correlate(z, transform.other(), transform.spectrum(), transform.sum(), from, to);
            }
            case RESTORE -> VectorQuads.join(transform.other(), z, from, to);
        }
        if (transform.up()) {
            twiddles.join(z, from, to);
        }
    }
}
