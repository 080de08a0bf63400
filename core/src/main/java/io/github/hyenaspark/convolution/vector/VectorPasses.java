package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.vector.VectorLanes.MACHINE_LANES;

import io.github.hyenaspark.convolution.RingConstants.Factor;
import io.github.hyenaspark.convolution.RingPasses;
import io.github.hyenaspark.convolution.Turns;

/** {@link RingPasses} on the vectors of this machine, of 4, 8 or 16 floats. */
final class VectorPasses implements RingPasses {
    private static final VectorQuads QUADS = new VectorQuads();

    @Override
    public void splitRow(float[] row, Factor factor, float[] z, float[] w, int quarter, int from, int to) {
        VectorEnds.splitRow(row, factor, z, w, quarter, from, to);
    }

    @Override
    public void joinRow(float[] z, Product first, Product second, float[] w, int quarter, int from, int to) {
        VectorEnds.joinRow(z, first, second, w, quarter, from, to);
    }

    @Override
    public void splitInFour(float[] z, int from, int quarter, int rings, float[] w, int at) {
        VectorRings.splitInFour(z, from, quarter, rings, w, at);
    }

    @Override
    public void splitRingInFour(float[] z, int from, int quarter, int width, float[] w, int at) {
        VectorRings.splitRingInFour(z, from, quarter, width, w, at);
    }

    @Override
    public void joinFromFour(float[] z, int from, int quarter, int rings, float[] w, int at) {
        VectorRings.joinFromFour(z, from, quarter, rings, w, at);
    }

    @Override
    public void joinRingFromFour(float[] z, int from, int quarter, int width, float[] w, int at) {
        VectorRings.joinRingFromFour(z, from, quarter, width, w, at);
    }

    @Override
    public void splitInTwo(float[] z, int from, int half, int rings, float[] w, int at) {
        VectorRings.splitInTwo(z, from, half, rings, w, at);
    }

    @Override
    public void joinFromTwo(float[] z, int from, int half, int rings, float[] w, int at) {
        VectorRings.joinFromTwo(z, from, half, rings, w, at);
    }

    @Override
    public void splitGroups(Turns turns, float[] z, int from, int to) {
        switch (MACHINE_LANES) {
            case 16 -> VectorGroups.split(turns, z, from, to);
            case 8 -> VectorHalves.split(turns, z, from, to);
            default -> VectorQuarters.split(turns, z, from, to);
        }
    }

    @Override
    public void joinGroups(Turns turns, float[] z, int from, int to) {
        switch (MACHINE_LANES) {
            case 16 -> VectorGroups.join(turns, z, from, to);
            case 8 -> VectorHalves.join(turns, z, from, to);
            default -> VectorQuarters.join(turns, z, from, to);
        }
    }

    @Override
    public QuadValues quads() {
        return QUADS;
    }
}
