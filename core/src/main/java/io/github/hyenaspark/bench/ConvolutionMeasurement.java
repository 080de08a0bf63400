package io.github.hyenaspark.bench;

/**
 * What {@link ConvolutionBenchmark} found. All forward passes include the transforms of the filters.
 *
 * @param forward of the plain convolution
 * @param forwardBackward with the gradients of inputs and filters
 * @param gatedForward of the convolution between its gates
 * @param gatedForwardBackward with the gradients of value, gates and filters
 * @param maxRelativeError the largest difference from the definition in double, relative to the largest element
 */
public record ConvolutionMeasurement(
        Repeats forward,
        Repeats forwardBackward,
        Repeats gatedForward,
        Repeats gatedForwardBackward,
        double maxRelativeError) {}
