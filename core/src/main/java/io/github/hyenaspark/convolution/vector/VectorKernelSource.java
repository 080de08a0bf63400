package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.vector.VectorLanes.MACHINE_LANES;

import io.github.hyenaspark.convolution.ConvolutionKernels;
import io.github.hyenaspark.convolution.RingKernel;
import io.github.hyenaspark.convolution.RingPasses;
import io.github.hyenaspark.convolution.RingPasses.Factor;
import io.github.hyenaspark.convolution.Turns;

/** {@link RingKernel} on vectors; loaded by name, hence public. */
public final class VectorKernelSource implements ConvolutionKernels.KernelSource {
    private final Passes passes = new Passes();

    public VectorKernelSource() {
        if (MACHINE_LANES < 4) {
            throw new UnsupportedOperationException(
                    "its vectors must have at least 4 floats, those of this machine have " + MACHINE_LANES);
        }
    }

    @Override
    public ConvolutionKernels.Kernel ofSize(int size) {
        return new RingKernel(size, passes);
    }

    @Override
    public String toString() {
        return MACHINE_LANES + " lanes";
    }

    /** {@link RingPasses} on the vectors of this machine, of 4, 8 or 16 floats. */
    private static final class Passes implements RingPasses {
        private static final VectorGroups.Quads QUADS = new VectorGroups.Quads();

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
                case 8 -> VectorParts.Halves.split(turns, z, from, to);
                default -> VectorParts.Quarters.split(turns, z, from, to);
            }
        }

        @Override
        public void joinGroups(Turns turns, float[] z, int from, int to) {
            switch (MACHINE_LANES) {
                case 16 -> VectorGroups.join(turns, z, from, to);
                case 8 -> VectorParts.Halves.join(turns, z, from, to);
                default -> VectorParts.Quarters.join(turns, z, from, to);
            }
        }

        @Override
        public QuadValues quads() {
            return QUADS;
        }
    }
}
