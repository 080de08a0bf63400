package io.github.hyenaspark.product.vector;

import io.github.hyenaspark.product.Panels;
import io.github.hyenaspark.product.TileKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Four rows by two vectors for machines with 16 vector registers; see {@link VectorSixByFour}. */
final class VectorFourByTwo implements TileKernel {
    private static final int LEFT_PITCH = Panels.LEFT_PITCH;
    private static final int RIGHT_PITCH = Panels.rightPitch(2 * VectorLanes.SPECIES.length());
    private static final int STRIP_PITCH = Panels.STRIP_PITCH;
    private static final VectorSpecies<Float> SPECIES = VectorLanes.SPECIES;
    private static final int LANES = SPECIES.length();

    @Override
    public int rows() {
        return 4;
    }

    @Override
    public int columns() {
        return 2 * LANES;
    }

    @Override
    public void multiply(
            int depth, float[] a, int aAt, float[] b, int bAt, float[] from, int fromAt, float[] to, int toAt) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, from, fromAt);
        FloatVector c01 = FloatVector.fromArray(SPECIES, from, fromAt + LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, from, fromAt + STRIP_PITCH);
        FloatVector c11 = FloatVector.fromArray(SPECIES, from, fromAt + STRIP_PITCH + LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, from, fromAt + 2 * STRIP_PITCH);
        FloatVector c21 = FloatVector.fromArray(SPECIES, from, fromAt + 2 * STRIP_PITCH + LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, from, fromAt + 3 * STRIP_PITCH);
        FloatVector c31 = FloatVector.fromArray(SPECIES, from, fromAt + 3 * STRIP_PITCH + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bAt + k * RIGHT_PITCH);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bAt + k * RIGHT_PITCH + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt + k]);
            c00 = b0.fma(a0, c00);
            c01 = b1.fma(a0, c01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + k + LEFT_PITCH]);
            c10 = b0.fma(a1, c10);
            c11 = b1.fma(a1, c11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + k + 2 * LEFT_PITCH]);
            c20 = b0.fma(a2, c20);
            c21 = b1.fma(a2, c21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + k + 3 * LEFT_PITCH]);
            c30 = b0.fma(a3, c30);
            c31 = b1.fma(a3, c31);
        }
        c00.intoArray(to, toAt);
        c01.intoArray(to, toAt + LANES);
        c10.intoArray(to, toAt + STRIP_PITCH);
        c11.intoArray(to, toAt + STRIP_PITCH + LANES);
        c20.intoArray(to, toAt + 2 * STRIP_PITCH);
        c21.intoArray(to, toAt + 2 * STRIP_PITCH + LANES);
        c30.intoArray(to, toAt + 3 * STRIP_PITCH);
        c31.intoArray(to, toAt + 3 * STRIP_PITCH + LANES);
    }
}
