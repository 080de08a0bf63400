package io.github.hyenaspark.convolution;

import static io.github.hyenaspark.convolution.VectorLanes.LANES;
import static io.github.hyenaspark.convolution.VectorLanes.SPECIES;

import java.util.function.IntBinaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Two levels of {@link VectorKernel} across lanes. Of four vectors, every lane that differs in two bits of its number
 * changes places with the vector that differs in the two bits of its number: the 4×4 matrix of vectors and these lanes
 * is transposed. The lanes were points of a ring, the vectors were rings; afterwards the four vectors are the quarters
 * of their rings, and are split into four as in {@link VectorRings}. Up, all is undone in reverse.
 *
 * <p>Each lane has the constants of its ring. The rings of one group of vectors are neighbours in the tree, and turns
 * add up ({@link RingConstants}): the constants are one number for the group times one vector that is the same for all
 * groups. That needs a sixteenth of the memory that a table by lane would read.
 *
 * <p>With Q = LANES / 4, a leaf of LANES vectors goes through the {@link #lastLevels}: vectors c, c + Q, c + 2Q and c +
 * 3Q, for the columns c below Q, by bits 1 and 0 of the lanes. With 16 lanes it goes through the {@link #upperLevels}
 * before: neighbouring vectors, a single column, by bits 3 and 2; c is then what those levels have split from a ring.
 */
final class VectorCrossing {
    /** A bit of the number of a lane: where it is 1, and the exchange of lanes that differ in it. */
    private record Bit(VectorMask<Float> mask, VectorShuffle<Float> swap) {}

    private final Bit upper;
    private final Bit lower;
    private final int columns;
    /** Floats from one vector of points to the next of the same four. */
    private final int stride;
    /** By column: w by lane, re and im, then w². */
    private final float[] lanes;
    /** By group of 4 × columns vectors: w, w², w³. */
    private final float[] turns;

    private VectorCrossing(Bit upper, Bit lower, int columns, IntBinaryOperator ring, float[] turns) {
        this.upper = upper;
        this.lower = lower;
        this.columns = columns;
        this.stride = columns * 2 * LANES;
        this.lanes = new float[columns * 4 * LANES];
        this.turns = turns;
        for (int column = 0; column < columns; column++) {
            for (int lane = 0; lane < LANES; lane++) {
                double turn = RingConstants.mirrored(ring.applyAsInt(column, lane)) / 4;
                int at = column * 4 * LANES + lane;
                lanes[at] = RingConstants.cos(turn);
                lanes[at + LANES] = RingConstants.sin(turn);
                lanes[at + 2 * LANES] = RingConstants.cos(2 * turn);
                lanes[at + 3 * LANES] = RingConstants.sin(2 * turn);
            }
        }
    }

    /** From rings of 16 points, which are those of {@code level}, to rings of 4. */
    static VectorCrossing upperLevels(int level) {
        return new VectorCrossing(
                new Bit(VectorLanes.BIT_3, VectorLanes.SWAP_3),
                new Bit(VectorLanes.BIT_2, VectorLanes.SWAP_2),
                1,
                (column, lane) -> lane >> 2,
                RingConstants.of(level, 4));
    }

    /** From rings of 4 points, which are those of {@code level}, to points. */
    static VectorCrossing lastLevels(int level) {
        int q = LANES / 4;
        return new VectorCrossing(
                new Bit(VectorLanes.BIT_1, VectorLanes.SWAP_1),
                new Bit(VectorLanes.BIT_0, VectorLanes.SWAP_0),
                q,
                (column, lane) -> q * q * (lane & 3) + q * (lane >> 2) + column,
                RingConstants.of(level, 4 * q * q));
    }

    void split(float[] z, int from, int to) {
        for (int column = 0; column < columns; column++) {
            exchange(z, from, to, column);
            splitColumn(z, from, to, column);
        }
    }

    void join(float[] z, int from, int to) {
        for (int column = 0; column < columns; column++) {
            joinColumn(z, from, to, column);
            exchange(z, from, to, column);
        }
    }

    /** Of lanes and vectors, as it is explained above; done twice, it is undone. */
    private void exchange(float[] z, int from, int to, int column) {
        VectorMask<Float> upperBit = upper.mask();
        VectorShuffle<Float> upperSwap = upper.swap();
        VectorMask<Float> lowerBit = lower.mask();
        VectorShuffle<Float> lowerSwap = lower.swap();
        for (int p = from + 2 * LANES * column; p < to; p += 4 * stride) {
            for (int p0 = p; p0 <= p + LANES; p0 += LANES) {
                int p1 = p0 + stride;
                int p2 = p1 + stride;
                int p3 = p2 + stride;
                FloatVector a0 = FloatVector.fromArray(SPECIES, z, p0);
                FloatVector a1 = FloatVector.fromArray(SPECIES, z, p1);
                FloatVector a2 = FloatVector.fromArray(SPECIES, z, p2);
                FloatVector a3 = FloatVector.fromArray(SPECIES, z, p3);
                FloatVector b0 = a0.blend(a2.rearrange(upperSwap), upperBit);
                FloatVector b1 = a1.blend(a3.rearrange(upperSwap), upperBit);
                FloatVector b2 = a0.rearrange(upperSwap).blend(a2, upperBit);
                FloatVector b3 = a1.rearrange(upperSwap).blend(a3, upperBit);
                FloatVector c0 = b0.blend(b1.rearrange(lowerSwap), lowerBit);
                FloatVector c1 = b0.rearrange(lowerSwap).blend(b1, lowerBit);
                FloatVector c2 = b2.blend(b3.rearrange(lowerSwap), lowerBit);
                FloatVector c3 = b2.rearrange(lowerSwap).blend(b3, lowerBit);
                c0.intoArray(z, p0);
                c1.intoArray(z, p1);
                c2.intoArray(z, p2);
                c3.intoArray(z, p3);
            }
        }
    }

    private void splitColumn(float[] z, int from, int to, int column) {
        int u = 4 * LANES * column;
        int at = from / stride / 4 * 6;
        for (int p0 = from + 2 * LANES * column; p0 < to; p0 += 4 * stride, at += 6) {
            int p1 = p0 + stride;
            int p2 = p1 + stride;
            int p3 = p2 + stride;
            FloatVector a0r = FloatVector.fromArray(SPECIES, z, p0);
            FloatVector a0i = FloatVector.fromArray(SPECIES, z, p0 + LANES);
            FloatVector a1r = FloatVector.fromArray(SPECIES, z, p1);
            FloatVector a1i = FloatVector.fromArray(SPECIES, z, p1 + LANES);
            FloatVector z2r = FloatVector.fromArray(SPECIES, z, p2);
            FloatVector z2i = FloatVector.fromArray(SPECIES, z, p2 + LANES);
            FloatVector z3r = FloatVector.fromArray(SPECIES, z, p3);
            FloatVector z3i = FloatVector.fromArray(SPECIES, z, p3 + LANES);
            FloatVector vr = FloatVector.fromArray(SPECIES, lanes, u + 2 * LANES);
            FloatVector vi = FloatVector.fromArray(SPECIES, lanes, u + 3 * LANES);
            FloatVector s2r = FloatVector.broadcast(SPECIES, turns[at + 2]);
            FloatVector s2i = FloatVector.broadcast(SPECIES, turns[at + 3]);
            FloatVector w2r = vr.mul(s2r).sub(vi.mul(s2i));
            FloatVector w2i = vi.fma(s2r, vr.mul(s2i));
            FloatVector minusW2i = w2i.neg();
            FloatVector a2r = z2i.fma(minusW2i, z2r.mul(w2r));
            FloatVector a2i = z2r.fma(w2i, z2i.mul(w2r));
            FloatVector a3r = z3i.fma(minusW2i, z3r.mul(w2r));
            FloatVector a3i = z3r.fma(w2i, z3i.mul(w2r));
            FloatVector b0r = a0r.add(a2r);
            FloatVector b0i = a0i.add(a2i);
            FloatVector b1r = a1r.add(a3r);
            FloatVector b1i = a1i.add(a3i);
            FloatVector b2r = a0r.sub(a2r);
            FloatVector b2i = a0i.sub(a2i);
            FloatVector b3r = a1r.sub(a3r);
            FloatVector b3i = a1i.sub(a3i);
            FloatVector ur = FloatVector.fromArray(SPECIES, lanes, u);
            FloatVector ui = FloatVector.fromArray(SPECIES, lanes, u + LANES);
            FloatVector s1r = FloatVector.broadcast(SPECIES, turns[at]);
            FloatVector s1i = FloatVector.broadcast(SPECIES, turns[at + 1]);
            FloatVector w1r = ur.mul(s1r).sub(ui.mul(s1i));
            FloatVector w1i = ui.fma(s1r, ur.mul(s1i));
            FloatVector minusW1i = w1i.neg();
            FloatVector c1r = b1i.fma(minusW1i, b1r.mul(w1r));
            FloatVector c1i = b1r.fma(w1i, b1i.mul(w1r));
            FloatVector c3r = b3i.fma(minusW1i, b3r.mul(w1r));
            FloatVector c3i = b3r.fma(w1i, b3i.mul(w1r));
            b0r.add(c1r).intoArray(z, p0);
            b0i.add(c1i).intoArray(z, p0 + LANES);
            b0r.sub(c1r).intoArray(z, p1);
            b0i.sub(c1i).intoArray(z, p1 + LANES);
            b2r.sub(c3i).intoArray(z, p2);
            b2i.add(c3r).intoArray(z, p2 + LANES);
            b2r.add(c3i).intoArray(z, p3);
            b2i.sub(c3r).intoArray(z, p3 + LANES);
        }
    }

    private void joinColumn(float[] z, int from, int to, int column) {
        int u = 4 * LANES * column;
        int at = from / stride / 4 * 6;
        for (int p0 = from + 2 * LANES * column; p0 < to; p0 += 4 * stride, at += 6) {
            int p1 = p0 + stride;
            int p2 = p1 + stride;
            int p3 = p2 + stride;
            FloatVector z0r = FloatVector.fromArray(SPECIES, z, p0);
            FloatVector z0i = FloatVector.fromArray(SPECIES, z, p0 + LANES);
            FloatVector z1r = FloatVector.fromArray(SPECIES, z, p1);
            FloatVector z1i = FloatVector.fromArray(SPECIES, z, p1 + LANES);
            FloatVector z2r = FloatVector.fromArray(SPECIES, z, p2);
            FloatVector z2i = FloatVector.fromArray(SPECIES, z, p2 + LANES);
            FloatVector z3r = FloatVector.fromArray(SPECIES, z, p3);
            FloatVector z3i = FloatVector.fromArray(SPECIES, z, p3 + LANES);
            FloatVector b0r = z0r.add(z1r);
            FloatVector b0i = z0i.add(z1i);
            FloatVector d1r = z0r.sub(z1r);
            FloatVector d1i = z0i.sub(z1i);
            FloatVector b2r = z2r.add(z3r);
            FloatVector b2i = z2i.add(z3i);
            FloatVector d3r = z2i.sub(z3i);
            FloatVector d3i = z3r.sub(z2r);
            FloatVector ur = FloatVector.fromArray(SPECIES, lanes, u);
            FloatVector ui = FloatVector.fromArray(SPECIES, lanes, u + LANES);
            FloatVector s1r = FloatVector.broadcast(SPECIES, turns[at]);
            FloatVector s1i = FloatVector.broadcast(SPECIES, turns[at + 1]);
            FloatVector w1r = ur.mul(s1r).sub(ui.mul(s1i));
            FloatVector w1i = ui.fma(s1r, ur.mul(s1i));
            FloatVector minusW1i = w1i.neg();
            FloatVector b1r = d1i.fma(w1i, d1r.mul(w1r));
            FloatVector b1i = d1r.fma(minusW1i, d1i.mul(w1r));
            FloatVector b3r = d3i.fma(w1i, d3r.mul(w1r));
            FloatVector b3i = d3r.fma(minusW1i, d3i.mul(w1r));
            FloatVector vr = FloatVector.fromArray(SPECIES, lanes, u + 2 * LANES);
            FloatVector vi = FloatVector.fromArray(SPECIES, lanes, u + 3 * LANES);
            FloatVector s2r = FloatVector.broadcast(SPECIES, turns[at + 2]);
            FloatVector s2i = FloatVector.broadcast(SPECIES, turns[at + 3]);
            FloatVector w2r = vr.mul(s2r).sub(vi.mul(s2i));
            FloatVector w2i = vi.fma(s2r, vr.mul(s2i));
            FloatVector minusW2i = w2i.neg();
            FloatVector a0r = b0r.add(b2r);
            FloatVector a0i = b0i.add(b2i);
            FloatVector a1r = b1r.add(b3r);
            FloatVector a1i = b1i.add(b3i);
            FloatVector d2r = b0r.sub(b2r);
            FloatVector d2i = b0i.sub(b2i);
            FloatVector e3r = b1r.sub(b3r);
            FloatVector e3i = b1i.sub(b3i);
            FloatVector a2r = d2i.fma(w2i, d2r.mul(w2r));
            FloatVector a2i = d2r.fma(minusW2i, d2i.mul(w2r));
            FloatVector a3r = e3i.fma(w2i, e3r.mul(w2r));
            FloatVector a3i = e3r.fma(minusW2i, e3i.mul(w2r));
            a0r.intoArray(z, p0);
            a0i.intoArray(z, p0 + LANES);
            a1r.intoArray(z, p1);
            a1i.intoArray(z, p1 + LANES);
            a2r.intoArray(z, p2);
            a2i.intoArray(z, p2 + LANES);
            a3r.intoArray(z, p3);
            a3i.intoArray(z, p3 + LANES);
        }
    }
}
