package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.vector.VectorLanes.MACHINE_LANES;

import io.github.hyenaspark.convolution.ConvolutionKernels;
import io.github.hyenaspark.convolution.Kernel;
import io.github.hyenaspark.convolution.RingKernel;

/** {@link RingKernel} on vectors; loaded by name, hence public. */
public final class VectorKernelSource implements ConvolutionKernels.KernelSource {
    private final VectorPasses passes = new VectorPasses();

    public VectorKernelSource() {
        if (MACHINE_LANES < 4) {
            throw new UnsupportedOperationException(
                    "its vectors must have at least 4 floats, those of this machine have " + MACHINE_LANES);
        }
    }

    @Override
    public Kernel ofSize(int size) {
        return new RingKernel(size, passes);
    }

    @Override
    public String toString() {
        return MACHINE_LANES + " lanes";
    }
}
