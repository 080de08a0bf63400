package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.vector.VectorLanes.LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MASK_3_AND_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_3_OR_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SPECIES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_3;
import static io.github.hyenaspark.convolution.vector.VectorLanes.has;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.hyenaspark.convolution.RingConstants;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * From rings of LANES points, which are vectors, to rings of four points, a quarter, half or all of one; and back.
 * {@link VectorQuads} does the rest; {@link VectorKernel} says why this is not done like the levels above.
 *
 * <p>A ring x^LANES = exp(2πi a) is first rotated: with x = exp(2πi a / LANES) y it is y^LANES = 1, and all rings have
 * the same constants. So point t, in lane t, is multiplied by exp(2πi a t / LANES). The a of rings add up
 * ({@link RingConstants}), so this is the product of one vector for each ring of a block and one for each block, not a
 * vector for every ring, which would take as much memory as the points.
 *
 * <p>16 lanes are then split into quarters by bits 3 and 2 of the lane, by the rules of {@link VectorQuads}, and 8
 * lanes into halves by bit 2. Last, the points of a quarter are multiplied by the powers of its w
 * ({@code ScalarKernel}), where {@link VectorQuads} begins. That takes a 2×2 matrix for each lane, since the lanes of
 * one quarter are conjugates and others need a minus.
 */
final class VectorTwiddles {
    private final int blockRings;
    /** By ring of a block, then by lane: re, then im. */
    private final float[] ringTwiddles;
    /** By block; with the minus of the second quarter. */
    private final float[] blockTwiddles;
    /** By lane: re from re, re from im, im from re, im from im. */
    private final float[] powers;

    /** For {@code size} points in all, {@code block} of them in a block. */
    VectorTwiddles(int size, int block) {
        int rings = size / LANES;
        double firstTurn = 0.25 / rings;
        blockRings = Math.min(rings, block / LANES);
        ringTwiddles = new float[blockRings * 2 * LANES];
        for (int ring = 0; ring < blockRings; ring++) {
            writeTwiddles(ringTwiddles, ring, RingConstants.mirrored(ring));
        }
        blockTwiddles = new float[rings / blockRings * 2 * LANES];
        for (int n = 0; n < rings / blockRings; n++) {
            writeTwiddles(blockTwiddles, n, firstTurn + RingConstants.mirrored(n * blockRings));
            negate(blockTwiddles, n);
        }
        powers = powers();
    }

    private static void writeTwiddles(float[] table, int n, double turn) {
        for (int lane = 0; lane < LANES; lane++) {
            table[2 * LANES * n + lane] = RingConstants.cos(turn * lane / LANES);
            table[2 * LANES * n + LANES + lane] = RingConstants.sin(turn * lane / LANES);
        }
    }

    /** The second quarter of what is first split into four. */
    private static void negate(float[] table, int n) {
        for (int lane = 0; lane < LANES; lane++) {
            if (LANES == 16 && secondQuarter(lane >> 2) || LANES == 4 && secondQuarter(lane)) {
                table[2 * LANES * n + lane] *= -1;
                table[2 * LANES * n + LANES + lane] *= -1;
            }
        }
    }

    private static float[] powers() {
        float[] table = new float[4 * LANES];
        for (int lane = 0; lane < LANES; lane++) {
            double turn = RingConstants.mirrored(lane >> 2) / 4 * (lane & 3);
            int before = LANES == 16 && thirdQuarter(lane >> 2) ? -1 : 1;
            int after = secondQuarter(lane) ? -1 : 1;
            table[lane] = after * RingConstants.cos(turn);
            table[LANES + lane] = -before * after * RingConstants.sin(turn);
            table[2 * LANES + lane] = after * RingConstants.sin(turn);
            table[3 * LANES + lane] = before * after * RingConstants.cos(turn);
        }
        return table;
    }

    private static boolean secondQuarter(int lane) {
        return !has(lane, 2) && has(lane, 1);
    }

    private static boolean thirdQuarter(int lane) {
        return has(lane, 2) && !has(lane, 1);
    }

    /** Floats {@code from} to {@code to}, all of one block. */
    void split(float[] z, int from, int to) {
        int block = 2 * LANES * (from / (2 * LANES * blockRings));
        FloatVector sr = FloatVector.fromArray(SPECIES, blockTwiddles, block);
        FloatVector si = FloatVector.fromArray(SPECIES, blockTwiddles, block + LANES);
        FloatVector minusSi = si.neg();
        FloatVector rr = FloatVector.fromArray(SPECIES, powers, 0);
        FloatVector ri = FloatVector.fromArray(SPECIES, powers, LANES);
        FloatVector ir = FloatVector.fromArray(SPECIES, powers, 2 * LANES);
        FloatVector ii = FloatVector.fromArray(SPECIES, powers, 3 * LANES);
        for (int p = from, at = from - block * blockRings; p < to; p += 2 * LANES, at += 2 * LANES) {
            FloatVector ur = FloatVector.fromArray(SPECIES, ringTwiddles, at);
            FloatVector ui = FloatVector.fromArray(SPECIES, ringTwiddles, at + LANES);
            FloatVector tr = ui.fma(minusSi, ur.mul(sr));
            FloatVector ti = ur.fma(si, ui.mul(sr));
            FloatVector zr = FloatVector.fromArray(SPECIES, z, p);
            FloatVector zi = FloatVector.fromArray(SPECIES, z, p + LANES);
            FloatVector ar = zr.mul(tr).sub(zi.mul(ti));
            FloatVector ai = zr.fma(ti, zi.mul(tr));
            if (LANES == 16) {
                FloatVector swappedR = ar.reinterpretAsInts().rearrange(SWAP_3).reinterpretAsFloats();
                FloatVector swappedI = ai.reinterpretAsInts().rearrange(SWAP_3).reinterpretAsFloats();
                IntVector br = ar.fma(MINUS_3_OR_2, swappedR).reinterpretAsInts();
                IntVector bi = ai.fma(MINUS_3_OR_2, swappedI).reinterpretAsInts();
                ar = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_3_AND_2)).reinterpretAsFloats();
                ai = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_3_AND_2)).reinterpretAsFloats();
            }
            if (LANES >= 8) {
                FloatVector swappedR = ar.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector swappedI = ai.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector cr = ar.fma(MINUS_2, swappedR);
                FloatVector ci = ai.fma(LANES == 16 ? MINUS_3_OR_2 : MINUS_2, swappedI);
                ar = ci.fma(ri, cr.mul(rr));
                ai = ci.fma(ii, cr.mul(ir));
            }
            ar.intoArray(z, p);
            ai.intoArray(z, p + LANES);
        }
    }

    /** {@link #split} read from the end, with the transposed matrices. */
    void join(float[] z, int from, int to) {
        int block = 2 * LANES * (from / (2 * LANES * blockRings));
        FloatVector sr = FloatVector.fromArray(SPECIES, blockTwiddles, block);
        FloatVector si = FloatVector.fromArray(SPECIES, blockTwiddles, block + LANES);
        FloatVector minusSi = si.neg();
        FloatVector rr = FloatVector.fromArray(SPECIES, powers, 0);
        FloatVector ri = FloatVector.fromArray(SPECIES, powers, LANES);
        FloatVector ir = FloatVector.fromArray(SPECIES, powers, 2 * LANES);
        FloatVector ii = FloatVector.fromArray(SPECIES, powers, 3 * LANES);
        for (int p = from, at = from - block * blockRings; p < to; p += 2 * LANES, at += 2 * LANES) {
            FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
            FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
            if (LANES >= 8) {
                FloatVector cr = ai.fma(ir, ar.mul(rr));
                FloatVector ci = ai.fma(ii, ar.mul(ri));
                FloatVector swappedR = cr.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector swappedI = ci.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                ar = cr.fma(MINUS_2, swappedR);
                ai = ci.fma(LANES == 16 ? MINUS_3_OR_2 : MINUS_2, swappedI);
            }
            if (LANES == 16) {
                IntVector br = ar.reinterpretAsInts();
                IntVector bi = ai.reinterpretAsInts();
                IntVector mixedR = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_3_AND_2));
                IntVector mixedI = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_3_AND_2));
                FloatVector swappedR = mixedR.rearrange(SWAP_3).reinterpretAsFloats();
                FloatVector swappedI = mixedI.rearrange(SWAP_3).reinterpretAsFloats();
                ar = mixedR.reinterpretAsFloats().fma(MINUS_3_OR_2, swappedR);
                ai = mixedI.reinterpretAsFloats().fma(MINUS_3_OR_2, swappedI);
            }
            FloatVector ur = FloatVector.fromArray(SPECIES, ringTwiddles, at);
            FloatVector ui = FloatVector.fromArray(SPECIES, ringTwiddles, at + LANES);
            FloatVector tr = ui.fma(minusSi, ur.mul(sr));
            FloatVector ti = ur.fma(si, ui.mul(sr));
            ai.fma(ti, ar.mul(tr)).intoArray(z, p);
            ai.mul(tr).sub(ar.mul(ti)).intoArray(z, p + LANES);
        }
    }
}
