package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;

/**
 * A map of activations B×D×L (row-major, time last) with parameters. Used by one thread at a time.
 *
 * @param <A> {@link FloatArray} in the form that runs, {@code double[]} in the reference form
 */
public interface InferenceModule<A> {
    /** Writes the output of {@code input}, both B×D×L. */
    void forward(A input, A output, ForwardContext<A> pass);
}
