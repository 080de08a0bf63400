package io.github.hyenaspark.operator.block;

/** What a block keeps from its forward pass for its backward pass; the bits of the results are the same. */
public enum Recompute {
    /** Everything that the backward pass needs. */
    NONE,
    /** Only its input; the rest is computed again in the backward pass, in buffers that all blocks share. */
    BLOCK
}
