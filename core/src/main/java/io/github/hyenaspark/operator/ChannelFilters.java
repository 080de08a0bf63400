package io.github.hyenaspark.operator;

import io.github.hyenaspark.convolution.GatedRow;

/**
 * The N−1 long convolutions of one head channel after the other, direct term included, as {@link GateChain} needs them.
 */
interface ChannelFilters {
    /** Makes ready for channel {@code j}. */
    void start(int j);

    /** output = h ∗ input + d · input for filter r of a head. */
    void convolve(int r, int head, float[] input, float[] output);

    /** output = x⁰ ⊙ (h ∗ (v ⊙ x¹) + d · (v ⊙ x¹)); also keeps what is in brackets. */
    void convolveGated(int r, int head, GatedRow gatedRow, float[] output);
}
