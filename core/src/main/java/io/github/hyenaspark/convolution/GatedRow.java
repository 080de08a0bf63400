package io.github.hyenaspark.convolution;

/**
 * The rows of one gated convolution, y = x⁰ ⊙ (h ∗ (v ⊙ x¹)): the last step of the Hyena recurrence, and with order 2
 * all of it. Every array starts at 0 and has at least L elements; none is copied.
 *
 * @param value v
 * @param inputGate x¹, multiplies the input of the convolution
 * @param convolved h ∗ (v ⊙ x¹), which {@link LongConvolution#gatedForward} writes and
 *     {@link LongConvolution#gatedBackward} needs; an empty array if there will be no backward pass
 * @param outputGate x⁰, multiplies its output
 */
public record GatedRow(float[] value, float[] inputGate, float[] convolved, float[] outputGate) {}
