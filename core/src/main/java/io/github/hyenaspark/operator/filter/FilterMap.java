package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * What makes long filters of its parameters: F rows of taps that all sequences of a batch share. Used by one thread at
 * a time.
 *
 * @param <A> {@link FloatArray} in the form that runs, {@code double[]} in the reference form that checks it
 */
public interface FilterMap<A> {
    /** Writes the first L taps of every filter, F×L. */
    void forward(A taps, ForwardContext<A> pass);

    /**
     * After the forward pass of the same length: adds the gradients of the parameters.
     *
     * @param gradient of the taps, F×L
     */
    void backward(A gradient, ForwardContext<A> pass);
}
