package io.github.hyenaspark.convolution;

import static io.github.hyenaspark.convolution.VectorLanes.BIT_2;
import static io.github.hyenaspark.convolution.VectorLanes.LANES;
import static io.github.hyenaspark.convolution.VectorLanes.SPECIES;
import static io.github.hyenaspark.convolution.VectorLanes.SWAP_2;

import jdk.incubator.vector.FloatVector;

/**
 * The one level across lanes that 8 lanes need above the two of {@link VectorCrossing}, which explains the method: two
 * vectors hold two rings, their halves change places, and what was below and above in one ring is now in two vectors.
 */
final class VectorPairs {
    private final float[] lanes;
    private final float[] turns;

    /** For the rings of {@code level}, of LANES points each. */
    VectorPairs(int level) {
        lanes = new float[2 * LANES];
        for (int lane = 0; lane < LANES; lane++) {
            double turn = RingConstants.mirrored(lane >> 2) / 2;
            lanes[lane] = RingConstants.cos(turn);
            lanes[LANES + lane] = RingConstants.sin(turn);
        }
        turns = RingConstants.of(level, 2);
    }

    void split(float[] z, int from, int to) {
        FloatVector ur = FloatVector.fromArray(SPECIES, lanes, 0);
        FloatVector ui = FloatVector.fromArray(SPECIES, lanes, LANES);
        for (int p0 = from, at = from / (4 * LANES) * 6; p0 < to; p0 += 4 * LANES, at += 6) {
            int p1 = p0 + 2 * LANES;
            FloatVector z0r = FloatVector.fromArray(SPECIES, z, p0);
            FloatVector z0i = FloatVector.fromArray(SPECIES, z, p0 + LANES);
            FloatVector z1r = FloatVector.fromArray(SPECIES, z, p1);
            FloatVector z1i = FloatVector.fromArray(SPECIES, z, p1 + LANES);
            FloatVector a0r = z0r.blend(z1r.rearrange(SWAP_2), BIT_2);
            FloatVector a0i = z0i.blend(z1i.rearrange(SWAP_2), BIT_2);
            FloatVector a1r = z0r.rearrange(SWAP_2).blend(z1r, BIT_2);
            FloatVector a1i = z0i.rearrange(SWAP_2).blend(z1i, BIT_2);
            FloatVector sr = FloatVector.broadcast(SPECIES, turns[at + 2]);
            FloatVector si = FloatVector.broadcast(SPECIES, turns[at + 3]);
            FloatVector wr = ur.mul(sr).sub(ui.mul(si));
            FloatVector wi = ui.fma(sr, ur.mul(si));
            FloatVector br = a1r.mul(wr).sub(a1i.mul(wi));
            FloatVector bi = a1r.fma(wi, a1i.mul(wr));
            a0r.add(br).intoArray(z, p0);
            a0i.add(bi).intoArray(z, p0 + LANES);
            a0r.sub(br).intoArray(z, p1);
            a0i.sub(bi).intoArray(z, p1 + LANES);
        }
    }

    void join(float[] z, int from, int to) {
        FloatVector ur = FloatVector.fromArray(SPECIES, lanes, 0);
        FloatVector ui = FloatVector.fromArray(SPECIES, lanes, LANES);
        for (int p0 = from, at = from / (4 * LANES) * 6; p0 < to; p0 += 4 * LANES, at += 6) {
            int p1 = p0 + 2 * LANES;
            FloatVector z0r = FloatVector.fromArray(SPECIES, z, p0);
            FloatVector z0i = FloatVector.fromArray(SPECIES, z, p0 + LANES);
            FloatVector z1r = FloatVector.fromArray(SPECIES, z, p1);
            FloatVector z1i = FloatVector.fromArray(SPECIES, z, p1 + LANES);
            FloatVector sr = FloatVector.broadcast(SPECIES, turns[at + 2]);
            FloatVector si = FloatVector.broadcast(SPECIES, turns[at + 3]);
            FloatVector wr = ur.mul(sr).sub(ui.mul(si));
            FloatVector wi = ui.fma(sr, ur.mul(si));
            FloatVector br = z0r.sub(z1r);
            FloatVector bi = z0i.sub(z1i);
            FloatVector a0r = z0r.add(z1r);
            FloatVector a0i = z0i.add(z1i);
            FloatVector a1r = bi.fma(wi, br.mul(wr));
            FloatVector a1i = bi.mul(wr).sub(br.mul(wi));
            FloatVector y0r = a0r.blend(a1r.rearrange(SWAP_2), BIT_2);
            FloatVector y0i = a0i.blend(a1i.rearrange(SWAP_2), BIT_2);
            FloatVector y1r = a0r.rearrange(SWAP_2).blend(a1r, BIT_2);
            FloatVector y1i = a0i.rearrange(SWAP_2).blend(a1i, BIT_2);
            y0r.intoArray(z, p0);
            y0i.intoArray(z, p0 + LANES);
            y1r.intoArray(z, p1);
            y1i.intoArray(z, p1 + LANES);
        }
    }
}
