package io.github.hyenaspark.convolution;

import static io.github.hyenaspark.convolution.VectorLanes.LANES;
import static io.github.hyenaspark.convolution.VectorLanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/** The products of values at the roots, for floats {@code from} to {@code to} of arrays of points. */
final class VectorProducts {
    private VectorProducts() {}

    /** {@code z *= h}. */
    static void multiply(float[] z, float[] h, int from, int to) {
        for (int p = from; p < to; p += 2 * LANES) {
            FloatVector zr = FloatVector.fromArray(SPECIES, z, p);
            FloatVector zi = FloatVector.fromArray(SPECIES, z, p + LANES);
            FloatVector hr = FloatVector.fromArray(SPECIES, h, p);
            FloatVector hi = FloatVector.fromArray(SPECIES, h, p + LANES);
            zr.mul(hr).sub(zi.mul(hi)).intoArray(z, p);
            zi.fma(hr, zr.mul(hi)).intoArray(z, p + LANES);
        }
    }

    /** {@code sum += z conj(u)}. */
    static void accumulate(float[] z, float[] u, float[] sum, int from, int to) {
        for (int p = from; p < to; p += 2 * LANES) {
            FloatVector zr = FloatVector.fromArray(SPECIES, z, p);
            FloatVector zi = FloatVector.fromArray(SPECIES, z, p + LANES);
            FloatVector ur = FloatVector.fromArray(SPECIES, u, p);
            FloatVector ui = FloatVector.fromArray(SPECIES, u, p + LANES);
            FloatVector sr = FloatVector.fromArray(SPECIES, sum, p);
            FloatVector si = FloatVector.fromArray(SPECIES, sum, p + LANES);
            zi.fma(ui, zr.fma(ur, sr)).intoArray(sum, p);
            zi.fma(ur, si).sub(zr.mul(ui)).intoArray(sum, p + LANES);
        }
    }

    /** {@code z *= conj(h)}. */
    static void multiplyConjugate(float[] z, float[] h, int from, int to) {
        for (int p = from; p < to; p += 2 * LANES) {
            FloatVector zr = FloatVector.fromArray(SPECIES, z, p);
            FloatVector zi = FloatVector.fromArray(SPECIES, z, p + LANES);
            FloatVector hr = FloatVector.fromArray(SPECIES, h, p);
            FloatVector hi = FloatVector.fromArray(SPECIES, h, p + LANES);
            zi.fma(hi, zr.mul(hr)).intoArray(z, p);
            zi.mul(hr).sub(zr.mul(hi)).intoArray(z, p + LANES);
        }
    }
}
