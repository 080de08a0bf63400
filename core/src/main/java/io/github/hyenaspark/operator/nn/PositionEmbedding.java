package io.github.hyenaspark.operator.nn;

/** How a language model knows where a token is, beyond what its mixers know by themselves. */
public enum PositionEmbedding {
    NONE,
    /** Attention rotates queries and keys by position (arXiv 2104.09864); nothing else changes. */
    ROTARY,
    /** A trained vector for every position is added to the embedding. */
    LEARNED,
    /** Sines and cosines of the position are added to the embedding (section 3.5 of arXiv 1706.03762). */
    SINUSOIDAL
}
