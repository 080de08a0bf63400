package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.operator.tensor.ForwardContext;

/** A map of activations B×D×L, row-major, with parameters: floats, or doubles in the reference. For one thread. */
public interface InferenceModule<A> {
    /** Writes the output of {@code input}, both B×D×L. */
    void forward(A input, A output, ForwardContext<A> pass);
}
