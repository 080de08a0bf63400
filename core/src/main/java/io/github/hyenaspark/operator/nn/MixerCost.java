package io.github.hyenaspark.operator.nn;

/**
 * What one mixer costs in a step, counted by what it computes and allocates.
 *
 * @param productFlop floating-point operations of its matrix products, forward and for all gradients
 * @param convolutions long convolutions of every channel of a sequence, each forward and backward with its gates
 * @param convolutionHeads heads that share a long filter
 * @param keptFloats what it keeps for the backward pass
 * @param rowFloats rows of the length of a sequence that one thread works in
 */
public record MixerCost(long productFlop, int convolutions, int convolutionHeads, long keptFloats, long rowFloats) {
    /** A multiplication and an addition, in the forward pass and for both gradients. */
    public static final long FLOP_PER_WEIGHT = 2 * 3;
}
