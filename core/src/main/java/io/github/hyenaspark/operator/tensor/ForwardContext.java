package io.github.hyenaspark.operator.tensor;

import java.util.Map;

/**
 * One forward or backward pass of a batch, B sequences of L tokens, through a module.
 *
 * @param parameters by name, each row-major
 * @param gradients by name, added to, never overwritten; empty in a forward pass
 * @param prefix of the names that the module itself uses
 * @param <A> the kind of arrays: {@link FloatArray} or {@code double[]}
 */
public record ForwardContext<A>(
        int batchSize,
        int length,
        Map<String, A> parameters,
        Map<String, A> gradients,
        String prefix,
        Dropout dropout,
        ComputePool pool) {
    public static final ForwardContext<FloatArray> NONE = ForwardContext.of(0, 0, Map.of(), Map.of());

    /** A pass without dropout, by the caller alone. */
    public static <A> ForwardContext<A> of(
            int batchSize, int length, Map<String, A> parameters, Map<String, A> gradients) {
        return new ForwardContext<>(batchSize, length, parameters, gradients, "", Dropout.OFF, ComputePool.alone());
    }

    /** The same pass as the part called {@code part} sees it. */
    public ForwardContext<A> within(String part) {
        return new ForwardContext<>(
                batchSize, length, parameters, gradients, prefix + part + ".", dropout.named(part), pool);
    }

    public ForwardContext<A> ofLength(int newLength) {
        return new ForwardContext<>(batchSize, newLength, parameters, gradients, prefix, dropout, pool);
    }

    /** The same pass for what is the same for all sequences. */
    public ForwardContext<A> ofOneSequence() {
        return new ForwardContext<>(1, length, parameters, gradients, prefix, dropout, pool);
    }

    public A parameter(String name) {
        return required(parameters, name);
    }

    public A gradient(String name) {
        return required(gradients, name);
    }

    private A required(Map<String, A> arrays, String name) {
        A array = arrays.get(prefix + name);
        if (array == null) {
            throw new IllegalArgumentException("no array " + prefix + name + " among " + arrays.keySet());
        }
        return array;
    }
}
