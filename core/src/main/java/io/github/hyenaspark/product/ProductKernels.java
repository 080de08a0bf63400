package io.github.hyenaspark.product;

import io.github.hyenaspark.kernel.KernelChoice;

/** The two kernels of matrix products, which give the same bits; {@code hyena.product} overrides the choice. */
public final class ProductKernels {
    private static final KernelChoice.Kind<TileKernel.Source> KIND = new KernelChoice.Kind<>(
            "Matrix products",
            "hyena.product",
            TileKernel.Source.class,
            ScalarKernel::new,
            "io.github.hyenaspark.product.vector.VectorKernels",
            source -> tryOut(source.create()));

    private static final class AtStart {
        private static final KernelChoice<TileKernel.Source> CHOICE = KIND.atStart();
    }

    private ProductKernels() {}

    /**
     * The choice of this JVM; the first call logs it.
     *
     * @throws IllegalStateException if there is no fused multiply-add here
     */
    public static KernelChoice<TileKernel.Source> atStart() {
        FusedMultiplyAdd.require();
        return AtStart.CHOICE;
    }

    /** The choice for a value of the property. */
    public static KernelChoice<TileKernel.Source> of(String wish) {
        return KIND.choose(wish);
    }

    private static void tryOut(TileKernel kernel) {
        float[] left = new float[kernel.rows() * Panels.LEFT_PITCH];
        float[] right = new float[Panels.rightPitch(kernel.columns())];
        float[] strip = new float[kernel.rows() * Panels.STRIP_PITCH];
        kernel.multiply(1, left, 0, right, 0, strip, 0, strip, 0);
    }
}
