package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.RingPasses.LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MASK_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_NOT_2;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SPECIES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_2;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.hyenaspark.convolution.Turns;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** {@link VectorGroups} for vectors that are only a part of a group, a half or a quarter. */
final class VectorParts {
    private VectorParts() {}

    /** For vectors of 8 floats: a group is two, so its first level pairs vectors, the second lanes. */
    static final class Halves {
        private static final int HALF = LANES / 2;

        private Halves() {}

        static void split(Turns turns, float[] z, int from, int to) {
            int s = turns.block(from);
            float[] ofRings = turns.ofRings();
            float[] ofBlocks = turns.ofBlocks();
            float[] powers = turns.powers();
            for (int p = from, u = turns.ring(from); p < to; p += 2 * LANES, u += 2 * LANES) {
                int q = p + HALF;
                FloatVector sr = FloatVector.fromArray(SPECIES, ofBlocks, s);
                FloatVector si = FloatVector.fromArray(SPECIES, ofBlocks, s + LANES);
                FloatVector ur = FloatVector.fromArray(SPECIES, ofRings, u);
                FloatVector ui = FloatVector.fromArray(SPECIES, ofRings, u + LANES);
                FloatVector tr = ui.fma(si.neg(), ur.mul(sr));
                FloatVector ti = ur.fma(si, ui.mul(sr));
                FloatVector zr = FloatVector.fromArray(SPECIES, z, p);
                FloatVector zi = FloatVector.fromArray(SPECIES, z, p + LANES);
                FloatVector lowR = zr.mul(tr).sub(zi.mul(ti));
                FloatVector lowI = zr.fma(ti, zi.mul(tr));
                FloatVector sr2 = FloatVector.fromArray(SPECIES, ofBlocks, s + HALF);
                FloatVector si2 = FloatVector.fromArray(SPECIES, ofBlocks, s + LANES + HALF);
                FloatVector ur2 = FloatVector.fromArray(SPECIES, ofRings, u + HALF);
                FloatVector ui2 = FloatVector.fromArray(SPECIES, ofRings, u + LANES + HALF);
                FloatVector tr2 = ui2.fma(si2.neg(), ur2.mul(sr2));
                FloatVector ti2 = ur2.fma(si2, ui2.mul(sr2));
                FloatVector zr2 = FloatVector.fromArray(SPECIES, z, q);
                FloatVector zi2 = FloatVector.fromArray(SPECIES, z, q + LANES);
                FloatVector highR = zr2.mul(tr2).sub(zi2.mul(ti2));
                FloatVector highI = zr2.fma(ti2, zi2.mul(tr2));

                FloatVector br = lowR.fma(MINUS_2, highR);
                FloatVector bi = lowI.fma(MINUS_2, highI);
                FloatVector pairedR = br.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector pairedI = bi.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector cr = br.fma(MINUS_2, pairedR);
                FloatVector ci = bi.fma(MINUS_2, pairedI);
                FloatVector rr = FloatVector.fromArray(SPECIES, powers, 0);
                FloatVector ri = FloatVector.fromArray(SPECIES, powers, LANES);
                FloatVector ir = FloatVector.fromArray(SPECIES, powers, 2 * LANES);
                FloatVector ii = FloatVector.fromArray(SPECIES, powers, 3 * LANES);
                ci.fma(ri, cr.mul(rr)).intoArray(z, p);
                ci.fma(ii, cr.mul(ir)).intoArray(z, p + LANES);

                IntVector dr = highR.fma(MINUS_NOT_2, lowR).reinterpretAsInts();
                IntVector di = highI.fma(MINUS_NOT_2, lowI).reinterpretAsInts();
                IntVector mixedR = dr.lanewise(XOR, dr.lanewise(XOR, di).and(MASK_2));
                IntVector mixedI = di.lanewise(XOR, di.lanewise(XOR, dr).and(MASK_2));
                FloatVector pairedR2 = mixedR.rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector pairedI2 = mixedI.rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector er = mixedR.reinterpretAsFloats().fma(MINUS_2, pairedR2);
                FloatVector ei = mixedI.reinterpretAsFloats().fma(MINUS_NOT_2, pairedI2);
                FloatVector rr2 = FloatVector.fromArray(SPECIES, powers, HALF);
                FloatVector ri2 = FloatVector.fromArray(SPECIES, powers, LANES + HALF);
                FloatVector ir2 = FloatVector.fromArray(SPECIES, powers, 2 * LANES + HALF);
                FloatVector ii2 = FloatVector.fromArray(SPECIES, powers, 3 * LANES + HALF);
                ei.fma(ri2, er.mul(rr2)).intoArray(z, q);
                ei.fma(ii2, er.mul(ir2)).intoArray(z, q + LANES);
            }
        }

        /** {@link #split} read from the end, with the transposed matrices. */
        static void join(Turns turns, float[] z, int from, int to) {
            int s = turns.block(from);
            float[] ofRings = turns.ofRings();
            float[] ofBlocks = turns.ofBlocks();
            float[] powers = turns.powers();
            for (int p = from, u = turns.ring(from); p < to; p += 2 * LANES, u += 2 * LANES) {
                int q = p + HALF;
                FloatVector zr = FloatVector.fromArray(SPECIES, z, p);
                FloatVector zi = FloatVector.fromArray(SPECIES, z, p + LANES);
                FloatVector rr = FloatVector.fromArray(SPECIES, powers, 0);
                FloatVector ri = FloatVector.fromArray(SPECIES, powers, LANES);
                FloatVector ir = FloatVector.fromArray(SPECIES, powers, 2 * LANES);
                FloatVector ii = FloatVector.fromArray(SPECIES, powers, 3 * LANES);
                FloatVector cr = zi.fma(ir, zr.mul(rr));
                FloatVector ci = zi.fma(ii, zr.mul(ri));
                FloatVector pairedR = cr.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector pairedI = ci.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector lowR = cr.fma(MINUS_2, pairedR);
                FloatVector lowI = ci.fma(MINUS_2, pairedI);

                FloatVector zr2 = FloatVector.fromArray(SPECIES, z, q);
                FloatVector zi2 = FloatVector.fromArray(SPECIES, z, q + LANES);
                FloatVector rr2 = FloatVector.fromArray(SPECIES, powers, HALF);
                FloatVector ri2 = FloatVector.fromArray(SPECIES, powers, LANES + HALF);
                FloatVector ir2 = FloatVector.fromArray(SPECIES, powers, 2 * LANES + HALF);
                FloatVector ii2 = FloatVector.fromArray(SPECIES, powers, 3 * LANES + HALF);
                FloatVector er = zi2.fma(ir2, zr2.mul(rr2));
                FloatVector ei = zi2.fma(ii2, zr2.mul(ri2));
                FloatVector pairedR2 = er.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                FloatVector pairedI2 = ei.reinterpretAsInts().rearrange(SWAP_2).reinterpretAsFloats();
                IntVector dr = er.fma(MINUS_2, pairedR2).reinterpretAsInts();
                IntVector di = ei.fma(MINUS_NOT_2, pairedI2).reinterpretAsInts();
                FloatVector highR =
                        dr.lanewise(XOR, dr.lanewise(XOR, di).and(MASK_2)).reinterpretAsFloats();
                FloatVector highI =
                        di.lanewise(XOR, di.lanewise(XOR, dr).and(MASK_2)).reinterpretAsFloats();

                FloatVector ar = lowR.fma(MINUS_2, highR);
                FloatVector ai = lowI.fma(MINUS_2, highI);
                FloatVector sr = FloatVector.fromArray(SPECIES, ofBlocks, s);
                FloatVector si = FloatVector.fromArray(SPECIES, ofBlocks, s + LANES);
                FloatVector ur = FloatVector.fromArray(SPECIES, ofRings, u);
                FloatVector ui = FloatVector.fromArray(SPECIES, ofRings, u + LANES);
                FloatVector tr = ui.fma(si.neg(), ur.mul(sr));
                FloatVector ti = ur.fma(si, ui.mul(sr));
                ai.fma(ti, ar.mul(tr)).intoArray(z, p);
                ai.mul(tr).sub(ar.mul(ti)).intoArray(z, p + LANES);

                FloatVector ar2 = highR.fma(MINUS_NOT_2, lowR);
                FloatVector ai2 = highI.fma(MINUS_NOT_2, lowI);
                FloatVector sr2 = FloatVector.fromArray(SPECIES, ofBlocks, s + HALF);
                FloatVector si2 = FloatVector.fromArray(SPECIES, ofBlocks, s + LANES + HALF);
                FloatVector ur2 = FloatVector.fromArray(SPECIES, ofRings, u + HALF);
                FloatVector ui2 = FloatVector.fromArray(SPECIES, ofRings, u + LANES + HALF);
                FloatVector tr2 = ui2.fma(si2.neg(), ur2.mul(sr2));
                FloatVector ti2 = ur2.fma(si2, ui2.mul(sr2));
                ai2.fma(ti2, ar2.mul(tr2)).intoArray(z, q);
                ai2.mul(tr2).sub(ar2.mul(ti2)).intoArray(z, q + LANES);
            }
        }
    }

    /**
     * For vectors of 4 floats: a group is four, so both levels pair vectors. Every step is a loop of its own, over what
     * the first-level cache holds.
     */
    static final class Quarters {
        private static final int QUARTER = LANES / 4;

        private Quarters() {}

        static void split(Turns turns, float[] z, int from, int to) {
            for (int lane = 0; lane < LANES; lane += QUARTER) {
                turn(turns, lane, z, from, to);
            }
            for (int p = from; p < to; p += 2 * LANES) {
                splitQuarters(z, p);
            }
            for (int lane = 0; lane < LANES; lane += QUARTER) {
                multiply(turns.powers(), lane, LANES, 2 * LANES, z, from, to);
            }
        }

        private static void turn(Turns turns, int lane, float[] z, int from, int to) {
            float[] ofRings = turns.ofRings();
            int block = turns.block(from) + lane;
            FloatVector sr = FloatVector.fromArray(SPECIES, turns.ofBlocks(), block);
            FloatVector si = FloatVector.fromArray(SPECIES, turns.ofBlocks(), block + LANES);
            FloatVector minusSi = si.neg();
            for (int p = from + lane, u = turns.ring(from) + lane; p < to; p += 2 * LANES, u += 2 * LANES) {
                FloatVector ur = FloatVector.fromArray(SPECIES, ofRings, u);
                FloatVector ui = FloatVector.fromArray(SPECIES, ofRings, u + LANES);
                FloatVector tr = ui.fma(minusSi, ur.mul(sr));
                FloatVector ti = ur.fma(si, ui.mul(sr));
                FloatVector zr = FloatVector.fromArray(SPECIES, z, p);
                FloatVector zi = FloatVector.fromArray(SPECIES, z, p + LANES);
                zr.mul(tr).sub(zi.mul(ti)).intoArray(z, p);
                zr.fma(ti, zi.mul(tr)).intoArray(z, p + LANES);
            }
        }

        private static void splitQuarters(float[] z, int re) {
            int im = re + LANES;
            FloatVector a0r = FloatVector.fromArray(SPECIES, z, re);
            FloatVector a1r = FloatVector.fromArray(SPECIES, z, re + QUARTER);
            FloatVector a2r = FloatVector.fromArray(SPECIES, z, re + 2 * QUARTER);
            FloatVector a3r = FloatVector.fromArray(SPECIES, z, re + 3 * QUARTER);
            FloatVector a0i = FloatVector.fromArray(SPECIES, z, im);
            FloatVector a1i = FloatVector.fromArray(SPECIES, z, im + QUARTER);
            FloatVector a2i = FloatVector.fromArray(SPECIES, z, im + 2 * QUARTER);
            FloatVector a3i = FloatVector.fromArray(SPECIES, z, im + 3 * QUARTER);
            FloatVector b0r = a0r.add(a2r);
            FloatVector b1r = a3r.sub(a1r);
            FloatVector b2r = a0r.sub(a2r);
            FloatVector b3r = a1i.add(a3i);
            FloatVector b0i = a0i.add(a2i);
            FloatVector b1i = a3i.sub(a1i);
            FloatVector b2i = a0i.sub(a2i);
            FloatVector b3i = a1r.add(a3r);
            b0r.add(b1r).intoArray(z, re);
            b0r.sub(b1r).intoArray(z, re + QUARTER);
            b2r.add(b3r).intoArray(z, re + 2 * QUARTER);
            b2r.sub(b3r).intoArray(z, re + 3 * QUARTER);
            b0i.add(b1i).intoArray(z, im);
            b0i.sub(b1i).intoArray(z, im + QUARTER);
            b3i.sub(b2i).intoArray(z, im + 2 * QUARTER);
            b2i.add(b3i).intoArray(z, im + 3 * QUARTER);
        }

        /** One quarter of every group by its 2×2 matrix, whose elements off the diagonal lie where the last two say. */
        private static void multiply(
                float[] powers, int lane, int reFromIm, int imFromRe, float[] z, int from, int to) {
            FloatVector rr = FloatVector.fromArray(SPECIES, powers, lane);
            FloatVector ri = FloatVector.fromArray(SPECIES, powers, reFromIm + lane);
            FloatVector ir = FloatVector.fromArray(SPECIES, powers, imFromRe + lane);
            FloatVector ii = FloatVector.fromArray(SPECIES, powers, 3 * LANES + lane);
            for (int p = from + lane; p < to; p += 2 * LANES) {
                FloatVector re = FloatVector.fromArray(SPECIES, z, p);
                FloatVector im = FloatVector.fromArray(SPECIES, z, p + LANES);
                im.fma(ri, re.mul(rr)).intoArray(z, p);
                im.fma(ii, re.mul(ir)).intoArray(z, p + LANES);
            }
        }

        /** {@link #split} read from the end, with the transposed matrices. */
        static void join(Turns turns, float[] z, int from, int to) {
            for (int lane = 0; lane < LANES; lane += QUARTER) {
                multiply(turns.powers(), lane, 2 * LANES, LANES, z, from, to);
            }
            for (int p = from; p < to; p += 2 * LANES) {
                joinQuarters(z, p);
            }
            for (int lane = 0; lane < LANES; lane += QUARTER) {
                turnBack(turns, lane, z, from, to);
            }
        }

        private static void joinQuarters(float[] z, int re) {
            int im = re + LANES;
            FloatVector b0r = FloatVector.fromArray(SPECIES, z, re);
            FloatVector b1r = FloatVector.fromArray(SPECIES, z, re + QUARTER);
            FloatVector b2r = FloatVector.fromArray(SPECIES, z, re + 2 * QUARTER);
            FloatVector b3r = FloatVector.fromArray(SPECIES, z, re + 3 * QUARTER);
            FloatVector b0i = FloatVector.fromArray(SPECIES, z, im);
            FloatVector b1i = FloatVector.fromArray(SPECIES, z, im + QUARTER);
            FloatVector b2i = FloatVector.fromArray(SPECIES, z, im + 2 * QUARTER);
            FloatVector b3i = FloatVector.fromArray(SPECIES, z, im + 3 * QUARTER);
            FloatVector c0r = b0r.add(b1r);
            FloatVector c1r = b0r.sub(b1r);
            FloatVector c2r = b2r.add(b3r);
            FloatVector c3r = b2i.add(b3i);
            FloatVector c0i = b0i.add(b1i);
            FloatVector c1i = b0i.sub(b1i);
            FloatVector c2i = b3i.sub(b2i);
            FloatVector c3i = b2r.sub(b3r);
            c0r.add(c2r).intoArray(z, re);
            c3r.sub(c1r).intoArray(z, re + QUARTER);
            c0r.sub(c2r).intoArray(z, re + 2 * QUARTER);
            c1r.add(c3r).intoArray(z, re + 3 * QUARTER);
            c0i.add(c2i).intoArray(z, im);
            c3i.sub(c1i).intoArray(z, im + QUARTER);
            c0i.sub(c2i).intoArray(z, im + 2 * QUARTER);
            c1i.add(c3i).intoArray(z, im + 3 * QUARTER);
        }

        private static void turnBack(Turns turns, int lane, float[] z, int from, int to) {
            float[] ofRings = turns.ofRings();
            int block = turns.block(from) + lane;
            FloatVector sr = FloatVector.fromArray(SPECIES, turns.ofBlocks(), block);
            FloatVector si = FloatVector.fromArray(SPECIES, turns.ofBlocks(), block + LANES);
            FloatVector minusSi = si.neg();
            for (int p = from + lane, u = turns.ring(from) + lane; p < to; p += 2 * LANES, u += 2 * LANES) {
                FloatVector ur = FloatVector.fromArray(SPECIES, ofRings, u);
                FloatVector ui = FloatVector.fromArray(SPECIES, ofRings, u + LANES);
                FloatVector tr = ui.fma(minusSi, ur.mul(sr));
                FloatVector ti = ur.fma(si, ui.mul(sr));
                FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
                FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
                ai.fma(ti, ar.mul(tr)).intoArray(z, p);
                ai.mul(tr).sub(ar.mul(ti)).intoArray(z, p + LANES);
            }
        }
    }
}
