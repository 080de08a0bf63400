package io.github.hyenaspark.operator.tensor;

import io.github.hyenaspark.operator.nn.DifferentiableMap;
import java.util.Map;

/**
 * One forward or backward pass of a batch through a {@link DifferentiableMap}.
 *
 * @param batchSize B, sequences
 * @param length L, tokens
 * @param parameters by name, each row-major
 * @param gradients by name, of the parameters' shapes; added to, never overwritten; empty in a forward pass
 * @param prefix what stands before the names that the map itself uses
 * @param dropout which elements are dropped; off outside training
 * @param team the threads that compute it
 * @param <A> the kind of arrays: {@link FloatArray} or {@code double[]}
 */
public record Pass<A>(
        int batchSize,
        int length,
        Map<String, A> parameters,
        Map<String, A> gradients,
        String prefix,
        Dropout dropout,
        ThreadTeam team) {
    /** What stands in a field before the first pass. */
    public static final Pass<FloatArray> NONE = Pass.of(0, 0, Map.of(), Map.of());

    /** A pass without dropout, by the caller alone. */
    public static <A> Pass<A> of(int batchSize, int length, Map<String, A> parameters, Map<String, A> gradients) {
        return new Pass<>(batchSize, length, parameters, gradients, "", Dropout.OFF, ThreadTeam.alone());
    }

    /** The same pass as a part called {@code part} sees it. */
    public Pass<A> within(String part) {
        return new Pass<>(batchSize, length, parameters, gradients, prefix + part + ".", dropout.named(part), team);
    }

    /** The same pass for sequences of another length. */
    public Pass<A> ofLength(int newLength) {
        return new Pass<>(batchSize, newLength, parameters, gradients, prefix, dropout, team);
    }

    /** The same pass for what is the same for all sequences. */
    public Pass<A> ofOneSequence() {
        return new Pass<>(1, length, parameters, gradients, prefix, dropout, team);
    }

    /** The parameter called {@code name}. */
    public A parameter(String name) {
        return required(parameters, name);
    }

    /** The gradient of the parameter called {@code name}. */
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
