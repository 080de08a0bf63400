package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.RingPasses.LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.BEHIND;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MACHINE_LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MASK_1_AND_0;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MASK_3_AND_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_0;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_1_OR_0;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_3_OR_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SPECIES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_0;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_1;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_3;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.hyenaspark.convolution.RingPasses;
import io.github.hyenaspark.convolution.Turns;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * From rings of 16 points, each one vector, to rings of four points, a quarter of it; and back. {@link Quads} does the
 * rest. Exchanging lanes between vectors instead, so that what is paired stands in different ones, takes more
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

    /**
     * From rings of four points, in neighbouring lanes and already multiplied by the powers of w ({@code Turns}), to
     * the values at the roots; the products of values; and back.
     *
     * <p>A level pairs the lanes that differ in one bit of their number: p + q where the bit is 0, p - q where it is 1,
     * which is the vector times 1 or -1, plus the vector with these lanes swapped. The fourth quarter, lanes with both
     * bits set, is multiplied by i between its two levels, which exchanges re and im, but for a sign.
     *
     * <p>A fused multiply-add can give its own lane a sign and the swapped one none, so the second quarter comes in
     * (and on the way up, goes out) with a minus, and the third quarter goes out as its conjugate. Values can stay
     * conjugates: so are their products and sums.
     */
    static final class Quads implements RingPasses.QuadValues {

        @Override
        public void split(float[] z, int from, int to) {
            for (int i = from; i < to; i += 2 * MACHINE_LANES) {
                int p = i - (i >> 1 & BEHIND);
                FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
                FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
                FloatVector swappedAr = ar.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
                FloatVector swappedAi = ai.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
                IntVector br = ar.fma(MINUS_1_OR_0, swappedAr).reinterpretAsInts();
                IntVector bi = ai.fma(MINUS_1_OR_0, swappedAi).reinterpretAsInts();
                IntVector cr = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_1_AND_0));
                IntVector ci = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_1_AND_0));
                FloatVector swappedCr = cr.rearrange(SWAP_0).reinterpretAsFloats();
                FloatVector swappedCi = ci.rearrange(SWAP_0).reinterpretAsFloats();
                cr.reinterpretAsFloats().fma(MINUS_0, swappedCr).intoArray(z, p);
                ci.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedCi).intoArray(z, p + LANES);
            }
        }

        @Override
        public void convolve(float[] z, float[] h, int from, int to) {
            for (int i = from; i < to; i += 2 * MACHINE_LANES) {
                int p = i - (i >> 1 & BEHIND);
                FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
                FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
                FloatVector swappedAr = ar.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
                FloatVector swappedAi = ai.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
                IntVector br = ar.fma(MINUS_1_OR_0, swappedAr).reinterpretAsInts();
                IntVector bi = ai.fma(MINUS_1_OR_0, swappedAi).reinterpretAsInts();
                IntVector cr = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_1_AND_0));
                IntVector ci = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_1_AND_0));
                FloatVector swappedCr = cr.rearrange(SWAP_0).reinterpretAsFloats();
                FloatVector swappedCi = ci.rearrange(SWAP_0).reinterpretAsFloats();
                FloatVector vr = cr.reinterpretAsFloats().fma(MINUS_0, swappedCr);
                FloatVector vi = ci.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedCi);

                FloatVector hr = FloatVector.fromArray(SPECIES, h, p);
                FloatVector hi = FloatVector.fromArray(SPECIES, h, p + LANES);
                FloatVector yr = vr.mul(hr).sub(vi.mul(hi));
                FloatVector yi = vi.fma(hr, vr.mul(hi));

                FloatVector swappedYr = yr.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
                FloatVector swappedYi = yi.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
                IntVector dr = yr.fma(MINUS_0, swappedYr).reinterpretAsInts();
                IntVector di = yi.fma(MINUS_1_OR_0, swappedYi).reinterpretAsInts();
                IntVector er = dr.lanewise(XOR, dr.lanewise(XOR, di).and(MASK_1_AND_0));
                IntVector ei = di.lanewise(XOR, di.lanewise(XOR, dr).and(MASK_1_AND_0));
                FloatVector swappedEr = er.rearrange(SWAP_1).reinterpretAsFloats();
                FloatVector swappedEi = ei.rearrange(SWAP_1).reinterpretAsFloats();
                er.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEr).intoArray(z, p);
                ei.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEi).intoArray(z, p + LANES);
            }
        }

        @Override
        public void correlate(float[] z, float[] u, float[] h, float[] sum, int from, int to) {
            for (int i = from; i < to; i += 2 * MACHINE_LANES) {
                int p = i - (i >> 1 & BEHIND);
                FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
                FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
                FloatVector swappedAr = ar.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
                FloatVector swappedAi = ai.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
                IntVector br = ar.fma(MINUS_1_OR_0, swappedAr).reinterpretAsInts();
                IntVector bi = ai.fma(MINUS_1_OR_0, swappedAi).reinterpretAsInts();
                IntVector cr = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_1_AND_0));
                IntVector ci = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_1_AND_0));
                FloatVector swappedCr = cr.rearrange(SWAP_0).reinterpretAsFloats();
                FloatVector swappedCi = ci.rearrange(SWAP_0).reinterpretAsFloats();
                FloatVector vr = cr.reinterpretAsFloats().fma(MINUS_0, swappedCr);
                FloatVector vi = ci.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedCi);

                FloatVector ur = FloatVector.fromArray(SPECIES, u, p);
                FloatVector ui = FloatVector.fromArray(SPECIES, u, p + LANES);
                FloatVector sr = vi.fma(ui, vr.fma(ur, FloatVector.fromArray(SPECIES, sum, p)));
                FloatVector si = vi.fma(ur, FloatVector.fromArray(SPECIES, sum, p + LANES))
                        .sub(vr.mul(ui));
                FloatVector hr = FloatVector.fromArray(SPECIES, h, p);
                FloatVector hi = FloatVector.fromArray(SPECIES, h, p + LANES);
                FloatVector yr = vi.fma(hi, vr.mul(hr));
                FloatVector yi = vi.mul(hr).sub(vr.mul(hi));

                FloatVector swappedYr = yr.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
                FloatVector swappedYi = yi.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
                IntVector dr = yr.fma(MINUS_0, swappedYr).reinterpretAsInts();
                IntVector di = yi.fma(MINUS_1_OR_0, swappedYi).reinterpretAsInts();
                IntVector er = dr.lanewise(XOR, dr.lanewise(XOR, di).and(MASK_1_AND_0));
                IntVector ei = di.lanewise(XOR, di.lanewise(XOR, dr).and(MASK_1_AND_0));
                FloatVector swappedEr = er.rearrange(SWAP_1).reinterpretAsFloats();
                FloatVector swappedEi = ei.rearrange(SWAP_1).reinterpretAsFloats();
                sr.intoArray(sum, p);
                si.intoArray(sum, p + LANES);
                er.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEr).intoArray(z, p);
                ei.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEi).intoArray(z, p + LANES);
            }
        }

        @Override
        public void join(float[] values, float[] z, int from, int to) {
            for (int i = from; i < to; i += 2 * MACHINE_LANES) {
                int p = i - (i >> 1 & BEHIND);
                FloatVector yr = FloatVector.fromArray(SPECIES, values, p);
                FloatVector yi = FloatVector.fromArray(SPECIES, values, p + LANES);
                FloatVector swappedYr = yr.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
                FloatVector swappedYi = yi.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
                IntVector dr = yr.fma(MINUS_0, swappedYr).reinterpretAsInts();
                IntVector di = yi.fma(MINUS_1_OR_0, swappedYi).reinterpretAsInts();
                IntVector er = dr.lanewise(XOR, dr.lanewise(XOR, di).and(MASK_1_AND_0));
                IntVector ei = di.lanewise(XOR, di.lanewise(XOR, dr).and(MASK_1_AND_0));
                FloatVector swappedEr = er.rearrange(SWAP_1).reinterpretAsFloats();
                FloatVector swappedEi = ei.rearrange(SWAP_1).reinterpretAsFloats();
                er.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEr).intoArray(z, p);
                ei.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEi).intoArray(z, p + LANES);
            }
        }
    }
}
