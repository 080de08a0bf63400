package io.github.hyenaspark.product.vector;

import io.github.hyenaspark.product.TileKernel;

/** The vector kernel for the registers of this machine; loaded by name, hence public. */
public final class VectorKernels implements TileKernel.Source {
    public VectorKernels() {
        if (VectorLanes.SPECIES.length() < 4) {
            throw new UnsupportedOperationException(
                    "its vectors must have at least 4 floats, those of this machine have "
                            + VectorLanes.SPECIES.length());
        }
    }

    @Override
    public TileKernel create() {
        return VectorLanes.hasManyRegisters() ? new VectorSixByFour() : new VectorFourByTwo();
    }

    @Override
    public String toString() {
        TileKernel kernel = create();
        return kernel.rows() + "×" + kernel.columns() + " tiles";
    }
}
