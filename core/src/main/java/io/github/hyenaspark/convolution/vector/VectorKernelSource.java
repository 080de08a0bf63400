package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.vector.VectorLanes.LANES;

import io.github.hyenaspark.convolution.ConvolutionKernels;
import io.github.hyenaspark.convolution.Kernel;
import io.github.hyenaspark.convolution.ScalarKernel;

/** The scalar kernel where vectors are too long for a row, else {@link VectorKernel}; loaded by name, hence public. */
public final class VectorKernelSource implements ConvolutionKernels.KernelSource {
    public VectorKernelSource() {
        if (LANES < 4) {
            throw new UnsupportedOperationException(
                    "its vectors must have at least 4 floats, those of this machine have " + LANES);
        }
    }

    @Override
    public Kernel ofSize(int size) {
        return size < VectorKernel.SMALLEST ? ScalarKernel.ofSize(size) : new VectorKernel(size);
    }

    @Override
    public String toString() {
        return LANES + " lanes";
    }
}
