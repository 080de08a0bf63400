package io.github.hyenaspark.operator;

/**
 * A map of activations B×D×L (row-major, time last) with parameters and an explicit gradient. It keeps what its
 * backward pass needs between the two calls, the input array included, and the backward pass may use that up: one
 * backward pass at most for every forward pass. Used by one thread at a time.
 *
 * @param <A> {@link FloatArray} in the form that runs, {@code double[]} in the plain form that checks it
 */
public interface DifferentiableMap<A> {
    /** Writes the output of {@code input}, both B×D×L. */
    void forward(A input, A output, Pass<A> pass);

    /**
     * Writes the gradient of the input of the last forward pass and adds the gradients of the parameters.
     *
     * @param outputGradient B×D×L
     * @param inputGradient B×D×L, overwritten; another array than {@code outputGradient}
     */
    void backward(A outputGradient, A inputGradient, Pass<A> pass);
}
