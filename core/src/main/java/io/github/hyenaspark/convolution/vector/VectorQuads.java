package io.github.hyenaspark.convolution.vector;

import static io.github.hyenaspark.convolution.RingPasses.LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.BEHIND;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MACHINE_LANES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MASK_1_AND_0;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_0;
import static io.github.hyenaspark.convolution.vector.VectorLanes.MINUS_1_OR_0;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SPECIES;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_0;
import static io.github.hyenaspark.convolution.vector.VectorLanes.SWAP_1;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.github.hyenaspark.convolution.RingPasses;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * From rings of four points, in neighbouring lanes and already multiplied by the powers of w ({@code Turns}), to the
 * values at the roots; the products of values; and back.
 *
 * <p>A level pairs the lanes that differ in one bit of their number: p + q where the bit is 0, p - q where it is 1,
 * which is the vector times 1 or -1, plus the vector with these lanes swapped. The fourth quarter, lanes with both bits
 * set, is multiplied by i between its two levels, which exchanges re and im, but for a sign.
 *
 * <p>A fused multiply-add can give its own lane a sign and the swapped one none, so the second quarter comes in (and on
 * the way up, goes out) with a minus, and the third quarter goes out as its conjugate. Values can stay conjugates: so
 * are their products and sums.
 */
final class VectorQuads implements RingPasses.QuadValues {

    @Override
    public void split(float[] z, int from, int to) {
        for (int i = from; i < to; i += 2 * MACHINE_LANES) {
            int p = i - (i >> 1 & BEHIND);
            FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
            FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
            FloatVector swappedAr = ar.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
            FloatVector swappedAi = ai.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
            IntVector br = ar.fma(MINUS_1_OR_0, swappedAr).reinterpretAsInts();
            IntVector bi = ai.fma(MINUS_1_OR_0, swappedAi).reinterpretAsInts();
            IntVector cr = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_1_AND_0));
            IntVector ci = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_1_AND_0));
            FloatVector swappedCr = cr.rearrange(SWAP_0).reinterpretAsFloats();
            FloatVector swappedCi = ci.rearrange(SWAP_0).reinterpretAsFloats();
            cr.reinterpretAsFloats().fma(MINUS_0, swappedCr).intoArray(z, p);
            ci.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedCi).intoArray(z, p + LANES);
        }
    }

    @Override
    public void convolve(float[] z, float[] h, int from, int to) {
        for (int i = from; i < to; i += 2 * MACHINE_LANES) {
            int p = i - (i >> 1 & BEHIND);
            FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
            FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
            FloatVector swappedAr = ar.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
            FloatVector swappedAi = ai.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
            IntVector br = ar.fma(MINUS_1_OR_0, swappedAr).reinterpretAsInts();
            IntVector bi = ai.fma(MINUS_1_OR_0, swappedAi).reinterpretAsInts();
            IntVector cr = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_1_AND_0));
            IntVector ci = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_1_AND_0));
            FloatVector swappedCr = cr.rearrange(SWAP_0).reinterpretAsFloats();
            FloatVector swappedCi = ci.rearrange(SWAP_0).reinterpretAsFloats();
            FloatVector vr = cr.reinterpretAsFloats().fma(MINUS_0, swappedCr);
            FloatVector vi = ci.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedCi);

            FloatVector hr = FloatVector.fromArray(SPECIES, h, p);
            FloatVector hi = FloatVector.fromArray(SPECIES, h, p + LANES);
            FloatVector yr = vr.mul(hr).sub(vi.mul(hi));
            FloatVector yi = vi.fma(hr, vr.mul(hi));

            FloatVector swappedYr = yr.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
            FloatVector swappedYi = yi.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
            IntVector dr = yr.fma(MINUS_0, swappedYr).reinterpretAsInts();
            IntVector di = yi.fma(MINUS_1_OR_0, swappedYi).reinterpretAsInts();
            IntVector er = dr.lanewise(XOR, dr.lanewise(XOR, di).and(MASK_1_AND_0));
            IntVector ei = di.lanewise(XOR, di.lanewise(XOR, dr).and(MASK_1_AND_0));
            FloatVector swappedEr = er.rearrange(SWAP_1).reinterpretAsFloats();
            FloatVector swappedEi = ei.rearrange(SWAP_1).reinterpretAsFloats();
            er.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEr).intoArray(z, p);
            ei.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEi).intoArray(z, p + LANES);
        }
    }

    @Override
    public void correlate(float[] z, float[] u, float[] h, float[] sum, int from, int to) {
        for (int i = from; i < to; i += 2 * MACHINE_LANES) {
            int p = i - (i >> 1 & BEHIND);
            FloatVector ar = FloatVector.fromArray(SPECIES, z, p);
            FloatVector ai = FloatVector.fromArray(SPECIES, z, p + LANES);
            FloatVector swappedAr = ar.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
            FloatVector swappedAi = ai.reinterpretAsInts().rearrange(SWAP_1).reinterpretAsFloats();
            IntVector br = ar.fma(MINUS_1_OR_0, swappedAr).reinterpretAsInts();
            IntVector bi = ai.fma(MINUS_1_OR_0, swappedAi).reinterpretAsInts();
            IntVector cr = br.lanewise(XOR, br.lanewise(XOR, bi).and(MASK_1_AND_0));
            IntVector ci = bi.lanewise(XOR, bi.lanewise(XOR, br).and(MASK_1_AND_0));
            FloatVector swappedCr = cr.rearrange(SWAP_0).reinterpretAsFloats();
            FloatVector swappedCi = ci.rearrange(SWAP_0).reinterpretAsFloats();
            FloatVector vr = cr.reinterpretAsFloats().fma(MINUS_0, swappedCr);
            FloatVector vi = ci.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedCi);

            FloatVector ur = FloatVector.fromArray(SPECIES, u, p);
            FloatVector ui = FloatVector.fromArray(SPECIES, u, p + LANES);
            FloatVector sr = vi.fma(ui, vr.fma(ur, FloatVector.fromArray(SPECIES, sum, p)));
            FloatVector si =
                    vi.fma(ur, FloatVector.fromArray(SPECIES, sum, p + LANES)).sub(vr.mul(ui));
            FloatVector hr = FloatVector.fromArray(SPECIES, h, p);
            FloatVector hi = FloatVector.fromArray(SPECIES, h, p + LANES);
            FloatVector yr = vi.fma(hi, vr.mul(hr));
            FloatVector yi = vi.mul(hr).sub(vr.mul(hi));

            FloatVector swappedYr = yr.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
            FloatVector swappedYi = yi.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
            IntVector dr = yr.fma(MINUS_0, swappedYr).reinterpretAsInts();
            IntVector di = yi.fma(MINUS_1_OR_0, swappedYi).reinterpretAsInts();
            IntVector er = dr.lanewise(XOR, dr.lanewise(XOR, di).and(MASK_1_AND_0));
            IntVector ei = di.lanewise(XOR, di.lanewise(XOR, dr).and(MASK_1_AND_0));
            FloatVector swappedEr = er.rearrange(SWAP_1).reinterpretAsFloats();
            FloatVector swappedEi = ei.rearrange(SWAP_1).reinterpretAsFloats();
            sr.intoArray(sum, p);
            si.intoArray(sum, p + LANES);
            er.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEr).intoArray(z, p);
            ei.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEi).intoArray(z, p + LANES);
        }
    }

    @Override
    public void join(float[] values, float[] z, int from, int to) {
        for (int i = from; i < to; i += 2 * MACHINE_LANES) {
            int p = i - (i >> 1 & BEHIND);
            FloatVector yr = FloatVector.fromArray(SPECIES, values, p);
            FloatVector yi = FloatVector.fromArray(SPECIES, values, p + LANES);
            FloatVector swappedYr = yr.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
            FloatVector swappedYi = yi.reinterpretAsInts().rearrange(SWAP_0).reinterpretAsFloats();
            IntVector dr = yr.fma(MINUS_0, swappedYr).reinterpretAsInts();
            IntVector di = yi.fma(MINUS_1_OR_0, swappedYi).reinterpretAsInts();
            IntVector er = dr.lanewise(XOR, dr.lanewise(XOR, di).and(MASK_1_AND_0));
            IntVector ei = di.lanewise(XOR, di.lanewise(XOR, dr).and(MASK_1_AND_0));
            FloatVector swappedEr = er.rearrange(SWAP_1).reinterpretAsFloats();
            FloatVector swappedEi = ei.rearrange(SWAP_1).reinterpretAsFloats();
            er.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEr).intoArray(z, p);
            ei.reinterpretAsFloats().fma(MINUS_1_OR_0, swappedEi).intoArray(z, p + LANES);
        }
    }
}
