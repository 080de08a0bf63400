package io.github.hyenaspark.convolution;

/**
 * The gradients that belong to a {@link GatedRow}, for {@link LongConvolution#gatedBackward}: one that it reads and
 * three that it writes. Every array starts at 0 and has at least L elements; none is copied.
 *
 * @param output gradient of y, read
 * @param value gradient of v, written
 * @param inputGate gradient of x¹, written
 * @param outputGate gradient of x⁰, written
 */
public record GatedGradient(float[] output, float[] value, float[] inputGate, float[] outputGate) {}
