package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * A module with an explicit gradient. It keeps what its backward pass needs, the input array included, and the backward
 * pass may use that up: at most one backward pass for every forward pass.
 */
public interface DifferentiableModule<A> extends InferenceModule<A> {
    /** Writes the gradient of the last input, both B×D×L, different arrays; adds the gradients of the parameters. */
    void backward(A outputGradient, A inputGradient, ForwardContext<A> pass);
}
