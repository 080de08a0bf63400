package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.RingPasses.LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.BEHIND;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MACHINE_LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The passes over rings of which every half or quarter fills whole groups of lanes, a machine's vector of points at a
 * time. A ring has one constant, so a constant is one number in all lanes.
 */
final class VectorRings {
    private VectorRings() {}

    static void splitInFour(float[] z, int from, int quarter, int rings, float[] w, int at) {
        if (MACHINE_LANES == LANES && quarter == 2 * LANES) {
            splitVectors(z, from, rings, w, at);
            return;
        }
        for (int n = 0; n < rings; n++) {
            splitRingInFour(z, from + 4 * n * quarter, quarter, quarter, w, at + 6 * n);
        }
    }

    /** One ring, and {@code width} floats of each of its quarters. */
    static void splitRingInFour(float[] z, int from, int quarter, int width, float[] w, int at) {
        FloatVector w1r = FloatVector.broadcast(SPECIES, w[at]);
        FloatVector w1i = FloatVector.broadcast(SPECIES, w[at + 1]);
        FloatVector minusW1i = FloatVector.broadcast(SPECIES, -w[at + 1]);
        FloatVector w2r = FloatVector.broadcast(SPECIES, w[at + 2]);
        FloatVector w2i = FloatVector.broadcast(SPECIES, w[at + 3]);
        FloatVector minusW2i = FloatVector.broadcast(SPECIES, -w[at + 3]);
        FloatVector w3r = FloatVector.broadcast(SPECIES, w[at + 4]);
        FloatVector w3i = FloatVector.broadcast(SPECIES, w[at + 5]);
        FloatVector minusW3i = FloatVector.broadcast(SPECIES, -w[at + 5]);
        for (int i = from; i < from + width; i += 2 * MACHINE_LANES) {
            int p0 = i - (i >> 1 & BEHIND);
            int p1 = p0 + quarter;
            int p2 = p1 + quarter;
            int p3 = p2 + quarter;
            FloatVector z2r = FloatVector.fromArray(SPECIES, z, p2);
            FloatVector z2i = FloatVector.fromArray(SPECIES, z, p2 + LANES);
            FloatVector a2r = z2i.fma(minusW2i, z2r.mul(w2r));
            FloatVector a2i = z2r.fma(w2i, z2i.mul(w2r));
            FloatVector z1r = FloatVector.fromArray(SPECIES, z, p1);
            FloatVector z1i = FloatVector.fromArray(SPECIES, z, p1 + LANES);
            FloatVector a1r = z1i.fma(minusW1i, z1r.mul(w1r));
            FloatVector a1i = z1r.fma(w1i, z1i.mul(w1r));
            FloatVector z3r = FloatVector.fromArray(SPECIES, z, p3);
            FloatVector z3i = FloatVector.fromArray(SPECIES, z, p3 + LANES);
            FloatVector a3r = z3i.fma(minusW3i, z3r.mul(w3r));
            FloatVector a3i = z3r.fma(w3i, z3i.mul(w3r));
            FloatVector a0r = FloatVector.fromArray(SPECIES, z, p0);
            FloatVector a0i = FloatVector.fromArray(SPECIES, z, p0 + LANES);
            FloatVector b0r = a0r.add(a2r);
            FloatVector b0i = a0i.add(a2i);
            FloatVector b1r = a1r.add(a3r);
            FloatVector b1i = a1i.add(a3i);
            FloatVector b2r = a0r.sub(a2r);
            FloatVector b2i = a0i.sub(a2i);
            FloatVector b3r = a1r.sub(a3r);
            FloatVector b3i = a1i.sub(a3i);
            b0r.add(b1r).intoArray(z, p0);
            b0i.add(b1i).intoArray(z, p0 + LANES);
            b0r.sub(b1r).intoArray(z, p1);
            b0i.sub(b1i).intoArray(z, p1 + LANES);
            b2r.sub(b3i).intoArray(z, p2);
            b2i.add(b3r).intoArray(z, p2 + LANES);
            b2r.add(b3i).intoArray(z, p3);
            b2i.sub(b3r).intoArray(z, p3 + LANES);
        }
    }

    /** Where a quarter is one vector, so that a loop for each ring would run once. */
    private static void splitVectors(float[] z, int from, int rings, float[] w, int first) {
        int to = from + rings * 8 * LANES;
        for (int p0 = from, at = first; p0 < to; p0 += 8 * LANES, at += 6) {
            FloatVector w1r = FloatVector.broadcast(SPECIES, w[at]);
            FloatVector w1i = FloatVector.broadcast(SPECIES, w[at + 1]);
            FloatVector minusW1i = FloatVector.broadcast(SPECIES, -w[at + 1]);
            FloatVector w2r = FloatVector.broadcast(SPECIES, w[at + 2]);
            FloatVector w2i = FloatVector.broadcast(SPECIES, w[at + 3]);
            FloatVector minusW2i = FloatVector.broadcast(SPECIES, -w[at + 3]);
            FloatVector w3r = FloatVector.broadcast(SPECIES, w[at + 4]);
            FloatVector w3i = FloatVector.broadcast(SPECIES, w[at + 5]);
            FloatVector minusW3i = FloatVector.broadcast(SPECIES, -w[at + 5]);
            int p1 = p0 + 2 * LANES;
            int p2 = p1 + 2 * LANES;
            int p3 = p2 + 2 * LANES;
            FloatVector z2r = FloatVector.fromArray(SPECIES, z, p2);
            FloatVector z2i = FloatVector.fromArray(SPECIES, z, p2 + LANES);
            FloatVector a2r = z2i.fma(minusW2i, z2r.mul(w2r));
            FloatVector a2i = z2r.fma(w2i, z2i.mul(w2r));
            FloatVector z1r = FloatVector.fromArray(SPECIES, z, p1);
            FloatVector z1i = FloatVector.fromArray(SPECIES, z, p1 + LANES);
            FloatVector a1r = z1i.fma(minusW1i, z1r.mul(w1r));
            FloatVector a1i = z1r.fma(w1i, z1i.mul(w1r));
            FloatVector z3r = FloatVector.fromArray(SPECIES, z, p3);
            FloatVector z3i = FloatVector.fromArray(SPECIES, z, p3 + LANES);
            FloatVector a3r = z3i.fma(minusW3i, z3r.mul(w3r));
            FloatVector a3i = z3r.fma(w3i, z3i.mul(w3r));
            FloatVector a0r = FloatVector.fromArray(SPECIES, z, p0);
            FloatVector a0i = FloatVector.fromArray(SPECIES, z, p0 + LANES);
            FloatVector b0r = a0r.add(a2r);
            FloatVector b0i = a0i.add(a2i);
            FloatVector b1r = a1r.add(a3r);
            FloatVector b1i = a1i.add(a3i);
            FloatVector b2r = a0r.sub(a2r);
            FloatVector b2i = a0i.sub(a2i);
            FloatVector b3r = a1r.sub(a3r);
            FloatVector b3i = a1i.sub(a3i);
            b0r.add(b1r).intoArray(z, p0);
            b0i.add(b1i).intoArray(z, p0 + LANES);
            b0r.sub(b1r).intoArray(z, p1);
            b0i.sub(b1i).intoArray(z, p1 + LANES);
            b2r.sub(b3i).intoArray(z, p2);
            b2i.add(b3r).intoArray(z, p2 + LANES);
            b2r.add(b3i).intoArray(z, p3);
            b2i.sub(b3r).intoArray(z, p3 + LANES);
        }
    }

    static void joinFromFour(float[] z, int from, int quarter, int rings, float[] w, int at) {
        if (MACHINE_LANES == LANES && quarter == 2 * LANES) {
            joinVectors(z, from, rings, w, at);
            return;
        }
        for (int n = 0; n < rings; n++) {
            joinRingFromFour(z, from + 4 * n * quarter, quarter, quarter, w, at + 6 * n);
        }
    }

    /** One ring, and {@code width} floats of each of its quarters. */
    static void joinRingFromFour(float[] z, int from, int quarter, int width, float[] w, int at) {
        FloatVector w1r = FloatVector.broadcast(SPECIES, w[at]);
        FloatVector w1i = FloatVector.broadcast(SPECIES, w[at + 1]);
        FloatVector minusW1i = FloatVector.broadcast(SPECIES, -w[at + 1]);
        FloatVector w2r = FloatVector.broadcast(SPECIES, w[at + 2]);
        FloatVector w2i = FloatVector.broadcast(SPECIES, w[at + 3]);
        FloatVector minusW2i = FloatVector.broadcast(SPECIES, -w[at + 3]);
        FloatVector w3r = FloatVector.broadcast(SPECIES, w[at + 4]);
        FloatVector w3i = FloatVector.broadcast(SPECIES, w[at + 5]);
        FloatVector minusW3i = FloatVector.broadcast(SPECIES, -w[at + 5]);
        for (int i = from; i < from + width; i += 2 * MACHINE_LANES) {
            int p0 = i - (i >> 1 & BEHIND);
            int p1 = p0 + quarter;
            int p2 = p1 + quarter;
            int p3 = p2 + quarter;
            FloatVector b0r = FloatVector.fromArray(SPECIES, z, p0).add(FloatVector.fromArray(SPECIES, z, p1));
            FloatVector b0i =
                    FloatVector.fromArray(SPECIES, z, p0 + LANES).add(FloatVector.fromArray(SPECIES, z, p1 + LANES));
            FloatVector b1r = FloatVector.fromArray(SPECIES, z, p0).sub(FloatVector.fromArray(SPECIES, z, p1));
            FloatVector b1i =
                    FloatVector.fromArray(SPECIES, z, p0 + LANES).sub(FloatVector.fromArray(SPECIES, z, p1 + LANES));
            FloatVector b2r = FloatVector.fromArray(SPECIES, z, p2).add(FloatVector.fromArray(SPECIES, z, p3));
            FloatVector b2i =
                    FloatVector.fromArray(SPECIES, z, p2 + LANES).add(FloatVector.fromArray(SPECIES, z, p3 + LANES));
            FloatVector b3r =
                    FloatVector.fromArray(SPECIES, z, p2 + LANES).sub(FloatVector.fromArray(SPECIES, z, p3 + LANES));
            FloatVector b3i = FloatVector.fromArray(SPECIES, z, p3).sub(FloatVector.fromArray(SPECIES, z, p2));
            b0r.add(b2r).intoArray(z, p0);
            b0i.add(b2i).intoArray(z, p0 + LANES);
            FloatVector a1r = b1r.add(b3r);
            FloatVector a1i = b1i.add(b3i);
            a1i.fma(w1i, a1r.mul(w1r)).intoArray(z, p1);
            a1r.fma(minusW1i, a1i.mul(w1r)).intoArray(z, p1 + LANES);
            FloatVector a2r = b0r.sub(b2r);
            FloatVector a2i = b0i.sub(b2i);
            a2i.fma(w2i, a2r.mul(w2r)).intoArray(z, p2);
            a2r.fma(minusW2i, a2i.mul(w2r)).intoArray(z, p2 + LANES);
            FloatVector a3r = b1r.sub(b3r);
            FloatVector a3i = b1i.sub(b3i);
            a3i.fma(w3i, a3r.mul(w3r)).intoArray(z, p3);
            a3r.fma(minusW3i, a3i.mul(w3r)).intoArray(z, p3 + LANES);
        }
    }

    private static void joinVectors(float[] z, int from, int rings, float[] w, int first) {
        int to = from + rings * 8 * LANES;
        for (int p0 = from, at = first; p0 < to; p0 += 8 * LANES, at += 6) {
            FloatVector w1r = FloatVector.broadcast(SPECIES, w[at]);
            FloatVector w1i = FloatVector.broadcast(SPECIES, w[at + 1]);
            FloatVector minusW1i = FloatVector.broadcast(SPECIES, -w[at + 1]);
            FloatVector w2r = FloatVector.broadcast(SPECIES, w[at + 2]);
            FloatVector w2i = FloatVector.broadcast(SPECIES, w[at + 3]);
            FloatVector minusW2i = FloatVector.broadcast(SPECIES, -w[at + 3]);
            FloatVector w3r = FloatVector.broadcast(SPECIES, w[at + 4]);
            FloatVector w3i = FloatVector.broadcast(SPECIES, w[at + 5]);
            FloatVector minusW3i = FloatVector.broadcast(SPECIES, -w[at + 5]);
            int p1 = p0 + 2 * LANES;
            int p2 = p1 + 2 * LANES;
            int p3 = p2 + 2 * LANES;
            FloatVector b0r = FloatVector.fromArray(SPECIES, z, p0).add(FloatVector.fromArray(SPECIES, z, p1));
            FloatVector b0i =
                    FloatVector.fromArray(SPECIES, z, p0 + LANES).add(FloatVector.fromArray(SPECIES, z, p1 + LANES));
            FloatVector b1r = FloatVector.fromArray(SPECIES, z, p0).sub(FloatVector.fromArray(SPECIES, z, p1));
            FloatVector b1i =
                    FloatVector.fromArray(SPECIES, z, p0 + LANES).sub(FloatVector.fromArray(SPECIES, z, p1 + LANES));
            FloatVector b2r = FloatVector.fromArray(SPECIES, z, p2).add(FloatVector.fromArray(SPECIES, z, p3));
            FloatVector b2i =
                    FloatVector.fromArray(SPECIES, z, p2 + LANES).add(FloatVector.fromArray(SPECIES, z, p3 + LANES));
            FloatVector b3r =
                    FloatVector.fromArray(SPECIES, z, p2 + LANES).sub(FloatVector.fromArray(SPECIES, z, p3 + LANES));
            FloatVector b3i = FloatVector.fromArray(SPECIES, z, p3).sub(FloatVector.fromArray(SPECIES, z, p2));
            b0r.add(b2r).intoArray(z, p0);
            b0i.add(b2i).intoArray(z, p0 + LANES);
            FloatVector a1r = b1r.add(b3r);
            FloatVector a1i = b1i.add(b3i);
            a1i.fma(w1i, a1r.mul(w1r)).intoArray(z, p1);
            a1r.fma(minusW1i, a1i.mul(w1r)).intoArray(z, p1 + LANES);
            FloatVector a2r = b0r.sub(b2r);
            FloatVector a2i = b0i.sub(b2i);
            a2i.fma(w2i, a2r.mul(w2r)).intoArray(z, p2);
            a2r.fma(minusW2i, a2i.mul(w2r)).intoArray(z, p2 + LANES);
            FloatVector a3r = b1r.sub(b3r);
            FloatVector a3i = b1i.sub(b3i);
            a3i.fma(w3i, a3r.mul(w3r)).intoArray(z, p3);
            a3r.fma(minusW3i, a3i.mul(w3r)).intoArray(z, p3 + LANES);
        }
    }

    /** One level; a ring's r is its w². */
    static void splitInTwo(float[] z, int from, int half, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            int start = from + 2 * n * half;
            FloatVector wr = FloatVector.broadcast(SPECIES, w[at + 6 * n + 2]);
            FloatVector wi = FloatVector.broadcast(SPECIES, w[at + 6 * n + 3]);
            FloatVector minusWi = FloatVector.broadcast(SPECIES, -w[at + 6 * n + 3]);
            for (int i = start; i < start + half; i += 2 * MACHINE_LANES) {
                int p = i - (i >> 1 & BEHIND);
                FloatVector zr = FloatVector.fromArray(SPECIES, z, p + half);
                FloatVector zi = FloatVector.fromArray(SPECIES, z, p + half + LANES);
                FloatVector br = zi.fma(minusWi, zr.mul(wr));
                FloatVector bi = zr.fma(wi, zi.mul(wr));
                FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
                FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
                ar.add(br).intoArray(z, p);
                ai.add(bi).intoArray(z, p + LANES);
                ar.sub(br).intoArray(z, p + half);
                ai.sub(bi).intoArray(z, p + half + LANES);
            }
        }
    }

    static void joinFromTwo(float[] z, int from, int half, int rings, float[] w, int at) {
        for (int n = 0; n < rings; n++) {
            int start = from + 2 * n * half;
            FloatVector wr = FloatVector.broadcast(SPECIES, w[at + 6 * n + 2]);
            FloatVector wi = FloatVector.broadcast(SPECIES, w[at + 6 * n + 3]);
            FloatVector minusWi = FloatVector.broadcast(SPECIES, -w[at + 6 * n + 3]);
            for (int i = start; i < start + half; i += 2 * MACHINE_LANES) {
                int p = i - (i >> 1 & BEHIND);
                FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
                FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
                FloatVector br = FloatVector.fromArray(SPECIES, z, p + half);
                FloatVector bi = FloatVector.fromArray(SPECIES, z, p + half + LANES);
                ar.add(br).intoArray(z, p);
                ai.add(bi).intoArray(z, p + LANES);
                FloatVector dr = ar.sub(br);
                FloatVector di = ai.sub(bi);
                di.fma(wi, dr.mul(wr)).intoArray(z, p + half);
                dr.fma(minusWi, di.mul(wr)).intoArray(z, p + half + LANES);
            }
        }
    }
}
