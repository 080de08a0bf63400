package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * A map of activations with an explicit gradient. It keeps what its backward pass needs between the two calls, the
 * input array included, and the backward pass may use that up: one backward pass at most for every forward pass.
 *
 * @param <A> {@link FloatArray} in the form that runs, {@code double[]} in the reference form that checks it
 */
public interface DifferentiableModule<A> extends InferenceModule<A> {
    /**
     * Writes the gradient of the input of the last forward pass and adds the gradients of the parameters.
     *
     * @param outputGradient B×D×L
     * @param inputGradient B×D×L, overwritten; another array than {@code outputGradient}
     */
    void backward(A outputGradient, A inputGradient, ForwardContext<A> pass);
}
