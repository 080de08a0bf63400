package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.RingPasses.LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SPECIES;

import io.github.hyenaspark.convolution.Turns;
import jdk.incubator.vector.FloatVector;

/**
 * {@link VectorGroups} for vectors of 4 floats: a group is four, so both levels pair vectors. Every step is a loop of
 * its own, over what the first-level cache holds.
 */
final class VectorQuarters {
    private static final int QUARTER = LANES / 4;

    private VectorQuarters() {}

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
    private static void multiply(float[] powers, int lane, int reFromIm, int imFromRe, float[] z, int from, int to) {
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
