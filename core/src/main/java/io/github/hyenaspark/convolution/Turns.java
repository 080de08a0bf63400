package io.github.hyenaspark.convolution;

import static io.github.hyenaspark.convolution.RingPasses.LANES;

/**
 * What {@link RingPasses} multiply by where the rings of 16 points, which are groups, become rings of four.
 *
 * <p>A ring x^16 = exp(2πi a) is first rotated: with x = exp(2πi a / 16) y it is y^16 = 1, and all rings have the same
 * constants. So point t, in lane t, is multiplied by exp(2πi a t / 16). The a of rings add up
 * ({@link RingKernel.Constants}), so this is the product of one vector for each ring of a block and one for each block,
 * not a vector for every ring, which would take as much memory as the points.
 *
 * <p>The group is then split into quarters by bits 3 and 2 of the lane. Last, the points of a quarter are multiplied by
 * the powers of its w. That takes a 2×2 matrix for each lane, since the lanes of one quarter are conjugates and others
 * need a minus.
 */
public final class Turns {
    private final int blockRings;
    /** By ring of a block, then by lane: re, then im. */
    private final float[] ofRings;
    /** By block; with the minus of the second quarter. */
    private final float[] ofBlocks;
    /** By lane: re from re, re from im, im from re, im from im. */
    private final float[] powers;

    /** For {@code size} points in all, {@code block} of them in a block. */
    Turns(int size, int block) {
        int rings = size / LANES;
        double firstTurn = 0.25 / rings;
        blockRings = Math.min(rings, block / LANES);
        ofRings = new float[blockRings * 2 * LANES];
        for (int ring = 0; ring < blockRings; ring++) {
            write(ofRings, ring, RingKernel.Constants.mirrored(ring));
        }
        ofBlocks = new float[rings / blockRings * 2 * LANES];
        for (int n = 0; n < rings / blockRings; n++) {
            write(ofBlocks, n, firstTurn + RingKernel.Constants.mirrored(n * blockRings));
            negate(ofBlocks, n);
        }
        powers = makePowers();
    }

    private static void write(float[] table, int n, double turn) {
        for (int lane = 0; lane < LANES; lane++) {
            table[2 * LANES * n + lane] = RingKernel.Constants.cos(turn * lane / LANES);
            table[2 * LANES * n + LANES + lane] = RingKernel.Constants.sin(turn * lane / LANES);
        }
    }

    private static void negate(float[] table, int n) {
        for (int lane = 0; lane < LANES; lane++) {
            if (secondQuarter(lane >> 2)) {
                table[2 * LANES * n + lane] *= -1;
                table[2 * LANES * n + LANES + lane] *= -1;
            }
        }
    }

    private static float[] makePowers() {
        float[] table = new float[4 * LANES];
        for (int lane = 0; lane < LANES; lane++) {
            double turn = RingKernel.Constants.mirrored(lane >> 2) / 4 * (lane & 3);
            int before = thirdQuarter(lane >> 2) ? -1 : 1;
            int after = secondQuarter(lane) ? -1 : 1;
            table[lane] = after * RingKernel.Constants.cos(turn);
            table[LANES + lane] = -before * after * RingKernel.Constants.sin(turn);
            table[2 * LANES + lane] = after * RingKernel.Constants.sin(turn);
            table[3 * LANES + lane] = before * after * RingKernel.Constants.cos(turn);
        }
        return table;
    }

    private static boolean secondQuarter(int lane) {
        return (lane & 3) == 1;
    }

    private static boolean thirdQuarter(int lane) {
        return (lane & 3) == 2;
    }

    /** Where in {@link #ofBlocks} the vector of the block lies that float {@code from} of the points is in. */
    public int block(int from) {
        return 2 * LANES * (from / (2 * LANES * blockRings));
    }

    /** Where in {@link #ofRings} the vector of the ring at float {@code from} lies. */
    public int ring(int from) {
        return from - block(from) * blockRings;
    }

    public float[] ofRings() {
        return ofRings;
    }

    public float[] ofBlocks() {
        return ofBlocks;
    }

    /** By lane, 16 each: re from re, re from im, im from re, im from im. */
    public float[] powers() {
        return powers;
    }
}
