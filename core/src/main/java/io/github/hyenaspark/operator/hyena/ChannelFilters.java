package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.convolution.GatedRow;

/**
 * A few long convolutions of one channel after the other, direct term included, as {@link GateChain} and
 * {@code H3Heads} need them. Rows that share a channel's filters are numbered as heads.
 */
public interface ChannelFilters {
    /** Makes ready for channel {@code j}. */
    void start(int j);

    /** output = h ∗ input + d · input for filter r of a head. */
    void convolve(int r, int head, float[] input, float[] output);

    /** output = x⁰ ⊙ (h ∗ (v ⊙ x¹) + d · (v ⊙ x¹)); also keeps what is in brackets. */
    void convolveGated(int r, int head, GatedRow gatedRow, float[] output);
}
