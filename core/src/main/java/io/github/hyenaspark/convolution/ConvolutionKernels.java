package io.github.hyenaspark.convolution;

import io.github.hyenaspark.convolution.RingPasses.Factor;
import io.github.hyenaspark.kernel.KernelChoice;

/** The two kernels of the long convolution; the property {@code hyena.convolution} overrides the choice. */
public final class ConvolutionKernels {
    private static final int TRIAL_LENGTH = 512;

    private static final KernelChoice.Kind<KernelSource> KIND = new KernelChoice.Kind<>(
            "Long convolutions",
            "hyena.convolution",
            KernelSource.class,
            size -> new RingKernel(size, new ScalarPasses()),
            "io.github.hyenaspark.convolution.vector.VectorKernelSource",
            source -> new LongConvolution.EveryOperation(LongConvolution.ofLength(TRIAL_LENGTH, source)).run());

    private static final class AtStart {
        private static final KernelChoice<KernelSource> CHOICE = KIND.atStart();
    }

    private ConvolutionKernels() {}

    /** The choice of this JVM; the first call logs it. */
    static KernelChoice<KernelSource> atStart() {
        return AtStart.CHOICE;
    }

    /** The choice for a value of the property. */
    public static KernelChoice<KernelSource> of(String wish) {
        return KIND.choose(wish);
    }

    /** Makes kernels. */
    public interface KernelSource {
        /** For rows of {@code size} elements, a power of two not below {@link RingKernel#SMALLEST}. */
        Kernel ofSize(int size);
    }

    /**
     * The arithmetic behind {@link LongConvolution} for rows of exactly M elements. Immutable, for any number of
     * threads; checks nothing. A row becomes {@link #splitRow points}, 2M floats that {@link #transform},
     * {@link #convolve} or {@link #correlate} work on in place; {@link #joinRow} makes a row of the result. Only points
     * that were {@link #transform transformed}, and their sums, are values at the roots, in the kernel's own order.
     */
    public interface Kernel {
        /** M, a power of two. */
        int size();

        /** The first pass: from {@code row ⊙ factor}, M elements, to {@code points}. */
        void splitRow(float[] row, Factor factor, float[] points);

        /** All other passes down: {@code points} become the values at the roots. */
        void transform(float[] points);

        /** Down, times {@code spectrum} (the values of h), and up again. */
        void convolve(float[] points, float[] spectrum);

        /** Both rows down, to G and U; adds {@code G conj(U)} to {@code sum}; {@code G conj(H)} up again. */
        void correlate(float[] points, float[] inputPoints, float[] spectrum, float[] sum);

        /** From {@code values} at the roots, which stay, up to {@code points} that {@link #joinRow} takes. */
        void restore(float[] values, float[] points);

        /**
         * The last pass: the row behind {@code points}, used up, times {@code factor}, into {@code output}, and its
         * other product unless the other output is empty; outputs must not be factors.
         */
        void joinRow(float[] points, Factor factor, float[] output, Factor otherFactor, float[] otherOutput);
    }
}
