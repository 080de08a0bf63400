package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * Computes long filters, F rows of taps that all sequences of a batch share. Used by one thread at a time.
 *
 * @param <A> {@link FloatArray} in the form that runs, {@code double[]} in the reference form
 */
public interface FilterMap<A> {
    /** Writes the first L taps of every filter, F×L. */
    void forward(A taps, ForwardContext<A> pass);

    /** Adds the gradients of the parameters from that of the taps, F×L, of a forward pass of the same length. */
    void backward(A gradient, ForwardContext<A> pass);
}
