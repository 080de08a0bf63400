package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.List;

/** One way to make long filters, and all that an operator must know of it. */
public sealed interface FilterSpec
        permits ImplicitFilter.Spec, ExplicitFilter.Taps, FourierFilter.Spec, StateSpaceFilter.Spec {
    int filters();

    /** The parameters in their order in memory, without a direct term. */
    List<ParameterSpec> parameters(Initializer.Linear linear);

    /** The first taps for {@code length} steps, after which all are zero. */
    default int reach(int length) {
        return length;
    }

    /** Whether a sequence of {@code length} steps is convolved tap by tap, not by a transform. */
    default boolean direct(int length) {
        return false;
    }

    /** Whether a sequence that grows to {@code capacity} steps keeps its last inputs, not contributions of all. */
    default boolean needsRecentInputs(int capacity) {
        return reach(capacity) < capacity;
    }

    /** Whether a parameter {@code bias} is added to what every filter gives, which then has no gates. */
    default boolean hasBias() {
        return false;
    }

    FilterMap<FloatArray> map();

    /** The double reference of {@link #map}, loops written from the formulas. */
    FilterMap<double[]> referenceModule();

    /** Floating-point operations of the matrix products of {@code length} taps, forward and backward. */
    long productFlop(int length);

    /**
     * Computes long filters, F rows of taps that all sequences of a batch share. Used by one thread at a time.
     *
     * @param <A> {@link FloatArray} in the form that runs, {@code double[]} in the reference form
     */
    interface FilterMap<A> {
        /** Writes the first L taps of every filter, F×L. */
        void forward(A taps, ForwardContext<A> pass);

        /** Adds the gradients of the parameters from that of the taps, F×L, of a forward pass of the same length. */
        void backward(A gradient, ForwardContext<A> pass);
    }
}
