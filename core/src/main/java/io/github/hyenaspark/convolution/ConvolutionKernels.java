package io.github.hyenaspark.convolution;

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
            source -> new EveryOperation(LongConvolution.ofLength(TRIAL_LENGTH, source)).run());

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
}
