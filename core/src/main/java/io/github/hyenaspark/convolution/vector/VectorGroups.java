package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.RingPasses.LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MASK_3_AND_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_3_OR_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SPECIES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_3;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.hyenaspark.convolution.Turns;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * From rings of 16 points, each one vector, to rings of four points, a quarter of it; and back. {@link VectorQuads}
 * does the rest. Exchanging lanes between vectors instead, so that what is paired stands in different ones, takes more
 * operations; doing all levels in one loop takes fewer loads and stores, but each operation then waits for the one
 * before.
 */
final class VectorGroups {
    private VectorGroups() {}

    static void split(Turns turns, float[] z, int from, int to) {
        int block = turns.block(from);
        float[] ofRings = turns.ofRings();
        float[] ofBlocks = turns.ofBlocks();
        float[] powers = turns.powers();
        FloatVector sr = FloatVector.fromArray(SPECIES, ofBlocks, block);
        FloatVector si = FloatVector.fromArray(SPECIES, ofBlocks, block + LANES);
        FloatVector minusSi = si.neg();
        FloatVector rr = FloatVector.fromArray(SPECIES, powers, 0);
        FloatVector ri = FloatVector.fromArray(SPECIES, powers, LANES);
        FloatVector ir = FloatVector.fromArray(SPECIES, powers, 2 * LANES);
        FloatVector ii = FloatVector.fromArray(SPECIES, powers, 3 * LANES);
        for (int p = from, at = turns.ring(from); p < to; p += 2 * LANES, at += 2 * LANES) {
            FloatVector ur = FloatVector.fromArray(SPECIES, ofRings, at);
            FloatVector ui = FloatVector.fromArray(SPECIES, ofRings, at + LANES);
            FloatVector tr = ui.fma(minusSi, ur.mul(sr));
            FloatVector ti = ur.fma(si, ui.mul(sr));
            FloatVector zr = FloatVector.fromArray(SPECIES, z, p);
            FloatVector zi = FloatVector.fromArray(SPECIES, z, p + LANES);
            FloatVector ar = zr.mul(tr).sub(zi.mul(ti));
            FloatVector ai = zr.fma(ti, zi.mul(tr));
            FloatVector swappedR = ar.reinterpretAsInts().rearrange(SWAP_3).reinterpretAsFloats();
            FloatVector swappedI = ai.reinterpretAsInts().rearrange(SWAP_3).reinterpretAsFloats();
            IntVector br = ar.fma(MINUS_3_OR_2, swappedR).reinterpretAsInts();
            IntVector bi = ai.fma(MINUS_3_OR_2, swappedI).reinterpretAsInts();
            ar = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_3_AND_2)).reinterpretAsFloats();
            ai = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_3_AND_2)).reinterpretAsFloats();
            FloatVector pairedR = ar.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
            FloatVector pairedI = ai.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
            FloatVector cr = ar.fma(MINUS_2, pairedR);
            FloatVector ci = ai.fma(MINUS_3_OR_2, pairedI);
            ci.fma(ri, cr.mul(rr)).intoArray(z, p);
            ci.fma(ii, cr.mul(ir)).intoArray(z, p + LANES);
        }
    }

    /** {@link #split} read from the end, with the transposed matrices. */
    static void join(Turns turns, float[] z, int from, int to) {
        int block = turns.block(from);
        float[] ofRings = turns.ofRings();
        float[] ofBlocks = turns.ofBlocks();
        float[] powers = turns.powers();
        FloatVector sr = FloatVector.fromArray(SPECIES, ofBlocks, block);
        FloatVector si = FloatVector.fromArray(SPECIES, ofBlocks, block + LANES);
        FloatVector minusSi = si.neg();
        FloatVector rr = FloatVector.fromArray(SPECIES, powers, 0);
        FloatVector ri = FloatVector.fromArray(SPECIES, powers, LANES);
        FloatVector ir = FloatVector.fromArray(SPECIES, powers, 2 * LANES);
        FloatVector ii = FloatVector.fromArray(SPECIES, powers, 3 * LANES);
        for (int p = from, at = turns.ring(from); p < to; p += 2 * LANES, at += 2 * LANES) {
            FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
            FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
            FloatVector cr = ai.fma(ir, ar.mul(rr));
            FloatVector ci = ai.fma(ii, ar.mul(ri));
            FloatVector pairedR = cr.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
            FloatVector pairedI = ci.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
            IntVector br = cr.fma(MINUS_2, pairedR).reinterpretAsInts();
            IntVector bi = ci.fma(MINUS_3_OR_2, pairedI).reinterpretAsInts();
            IntVector mixedR = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_3_AND_2));
            IntVector mixedI = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_3_AND_2));
            FloatVector swappedR = mixedR.rearrange(SWAP_3).reinterpretAsFloats();
            FloatVector swappedI = mixedI.rearrange(SWAP_3).reinterpretAsFloats();
            ar = mixedR.reinterpretAsFloats().fma(MINUS_3_OR_2, swappedR);
            ai = mixedI.reinterpretAsFloats().fma(MINUS_3_OR_2, swappedI);
            FloatVector ur = FloatVector.fromArray(SPECIES, ofRings, at);
            FloatVector ui = FloatVector.fromArray(SPECIES, ofRings, at + LANES);
            FloatVector tr = ui.fma(minusSi, ur.mul(sr));
            FloatVector ti = ur.fma(si, ui.mul(sr));
            ai.fma(ti, ar.mul(tr)).intoArray(z, p);
            ai.mul(tr).sub(ar.mul(ti)).intoArray(z, p + LANES);
        }
    }
}
