package io.github.hyenaspark.convolution;

/** Makes kernels of one kind; its {@code toString} says which, for the log. */
public interface KernelSource {
    /** A kernel for rows of {@code size} elements, a power of two not below {@link RightAngleTransform#SMALLEST}. */
    Kernel ofSize(int size);
}
