package io.github.hyenaspark.operator.head;

import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * Token ids to activations: output[b, :, t] = embedding[id] + position[t], with dropout. Parameters: {@code weight},
 * V×D, and {@code positions}, M×D, where they are learned.
 */
public interface Embedding<A> {
    /** Writes the activations, B×D×L, of {@code ids}, B×L. */
    void forward(int[] ids, A output, ForwardContext<A> pass);

    void backward(int[] ids, A outputGradient, ForwardContext<A> pass);
}
