package io.github.hyenaspark.operator.nn;

/** Parameters that share a learning rate and a weight decay (the groups of safari's trainer). */
public enum ParameterGroup {
    /** Everything that is in no other group, biases, norms and embeddings included: base rate, decayed. */
    BASE,
    /** What long filters are made of, the filter network and its sine frequencies: filter rate, not decayed. */
    FILTER,
    /** Trained positions z of the filters: filter rate, not decayed. */
    POSITIONS,
    /** Trained decay rates of the window: filter rate, not decayed. */
    DECAY
}
