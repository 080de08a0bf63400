package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.RingPasses.LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.BEHIND;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MACHINE_LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SPECIES;

import io.github.hyenaspark.convolution.RingPasses.Factor;
import io.github.hyenaspark.convolution.RingPasses.Product;
import jdk.incubator.vector.FloatVector;

/**
 * The first and the last pass of {@code RingKernel}, which see rows and multiply by gates: two levels each. The points
 * of elements p and following begin where {@link VectorLanes#BEHIND} says.
 */
final class VectorEnds {
    private static final float HALF_ROOT = (float) Math.sqrt(0.5);

    private VectorEnds() {}

    /** The elements {@code from} to {@code to} of each quarter. */
    static void splitRow(float[] row, Factor factor, float[] z, float[] w, int quarter, int from, int to) {
        float[] gate = factor.row();
        int mask = factor.mask();
        FloatVector root = FloatVector.broadcast(SPECIES, HALF_ROOT);
        FloatVector wr = FloatVector.broadcast(SPECIES, w[0]);
        FloatVector wi = FloatVector.broadcast(SPECIES, w[1]);
        FloatVector minusWi = FloatVector.broadcast(SPECIES, -w[1]);
        for (int p0 = from; p0 < to; p0 += MACHINE_LANES) {
            int p1 = p0 + quarter;
            int p2 = p1 + quarter;
            int p3 = p2 + quarter;
            int z0 = 2 * p0 - (p0 & BEHIND);
            int z1 = z0 + 2 * quarter;
            int z2 = z1 + 2 * quarter;
            int z3 = z2 + 2 * quarter;
            FloatVector a0 =
                    FloatVector.fromArray(SPECIES, row, p0).mul(FloatVector.fromArray(SPECIES, gate, p0 & mask));
            FloatVector a1 =
                    FloatVector.fromArray(SPECIES, row, p1).mul(FloatVector.fromArray(SPECIES, gate, p1 & mask));
            FloatVector b2 = FloatVector.fromArray(SPECIES, row, p2)
                    .mul(FloatVector.fromArray(SPECIES, gate, p2 & mask))
                    .mul(root);
            FloatVector b3 = FloatVector.fromArray(SPECIES, row, p3)
                    .mul(FloatVector.fromArray(SPECIES, gate, p3 & mask))
                    .mul(root);
            // w(a1 + w²a3) and iw(a1 - w²a3), where w²a3 = (1 + i) b3
            FloatVector plus = a1.add(b3);
            FloatVector minus = a1.sub(b3);
            FloatVector cr = b3.fma(minusWi, plus.mul(wr));
            FloatVector ci = plus.fma(wi, b3.mul(wr));
            FloatVector dr = minus.fma(minusWi, b3.mul(wr));
            FloatVector di = b3.fma(wi, minus.mul(wr));
            FloatVector sum = a0.add(b2);
            FloatVector difference = a0.sub(b2);
            sum.add(cr).intoArray(z, z0);
            b2.add(ci).intoArray(z, z0 + LANES);
            sum.sub(cr).intoArray(z, z1);
            b2.sub(ci).intoArray(z, z1 + LANES);
            difference.add(dr).intoArray(z, z2);
            di.sub(b2).intoArray(z, z2 + LANES);
            difference.sub(dr).intoArray(z, z3);
            b2.add(di).neg().intoArray(z, z3 + LANES);
        }
    }

    /** The elements {@code from} to {@code to} of each quarter; the second product unless its output is empty. */
    static void joinRow(float[] z, Product first, Product second, float[] w, int quarter, int from, int to) {
        float[] gate = first.factor().row();
        int mask = first.factor().mask();
        float[] output = first.output();
        float[] otherGate = second.factor().row();
        int otherMask = second.factor().mask();
        float[] otherOutput = second.output();
        float scale = 0.25f / quarter;
        FloatVector w0 = FloatVector.broadcast(SPECIES, scale);
        FloatVector w1r = FloatVector.broadcast(SPECIES, scale * w[0]);
        FloatVector w1i = FloatVector.broadcast(SPECIES, scale * w[1]);
        FloatVector w2r = FloatVector.broadcast(SPECIES, scale * w[2]);
        FloatVector w2i = FloatVector.broadcast(SPECIES, scale * w[3]);
        FloatVector w3r = FloatVector.broadcast(SPECIES, scale * w[4]);
        FloatVector w3i = FloatVector.broadcast(SPECIES, scale * w[5]);
        for (int p0 = from; p0 < to; p0 += MACHINE_LANES) {
            int p1 = p0 + quarter;
            int p2 = p1 + quarter;
            int p3 = p2 + quarter;
            int z0 = 2 * p0 - (p0 & BEHIND);
            int z1 = z0 + 2 * quarter;
            int z2 = z1 + 2 * quarter;
            int z3 = z2 + 2 * quarter;
            FloatVector b0r = FloatVector.fromArray(SPECIES, z, z0).add(FloatVector.fromArray(SPECIES, z, z1));
            FloatVector b0i =
                    FloatVector.fromArray(SPECIES, z, z0 + LANES).add(FloatVector.fromArray(SPECIES, z, z1 + LANES));
            FloatVector b1r = FloatVector.fromArray(SPECIES, z, z0).sub(FloatVector.fromArray(SPECIES, z, z1));
            FloatVector b1i =
                    FloatVector.fromArray(SPECIES, z, z0 + LANES).sub(FloatVector.fromArray(SPECIES, z, z1 + LANES));
            FloatVector b2r = FloatVector.fromArray(SPECIES, z, z2).add(FloatVector.fromArray(SPECIES, z, z3));
            FloatVector b2i =
                    FloatVector.fromArray(SPECIES, z, z2 + LANES).add(FloatVector.fromArray(SPECIES, z, z3 + LANES));
            FloatVector b3r =
                    FloatVector.fromArray(SPECIES, z, z2 + LANES).sub(FloatVector.fromArray(SPECIES, z, z3 + LANES));
            FloatVector b3i = FloatVector.fromArray(SPECIES, z, z3).sub(FloatVector.fromArray(SPECIES, z, z2));
            FloatVector y0 = b0r.add(b2r).mul(w0);
            FloatVector y1 = b1i.add(b3i).fma(w1i, b1r.add(b3r).mul(w1r));
            FloatVector y2 = b0i.sub(b2i).fma(w2i, b0r.sub(b2r).mul(w2r));
            FloatVector y3 = b1i.sub(b3i).fma(w3i, b1r.sub(b3r).mul(w3r));
            y0.mul(FloatVector.fromArray(SPECIES, gate, p0 & mask)).intoArray(output, p0);
            y1.mul(FloatVector.fromArray(SPECIES, gate, p1 & mask)).intoArray(output, p1);
            y2.mul(FloatVector.fromArray(SPECIES, gate, p2 & mask)).intoArray(output, p2);
            y3.mul(FloatVector.fromArray(SPECIES, gate, p3 & mask)).intoArray(output, p3);
            if (otherOutput.length > 0) {
                y0.mul(FloatVector.fromArray(SPECIES, otherGate, p0 & otherMask))
                        .intoArray(otherOutput, p0);
                y1.mul(FloatVector.fromArray(SPECIES, otherGate, p1 & otherMask))
                        .intoArray(otherOutput, p1);
                y2.mul(FloatVector.fromArray(SPECIES, otherGate, p2 & otherMask))
                        .intoArray(otherOutput, p2);
                y3.mul(FloatVector.fromArray(SPECIES, otherGate, p3 & otherMask))
                        .intoArray(otherOutput, p3);
            }
        }
    }
}
