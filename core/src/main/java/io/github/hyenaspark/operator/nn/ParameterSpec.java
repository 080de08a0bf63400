package io.github.hyenaspark.operator.nn;

import java.util.List;

/**
 * One parameter of a layer: what it is called, how large it is, how it starts and how it is trained.
 *
 * @param name unique within the layer, without underscores (DL4J splits gradient names at them)
 * @param shape dimensions, row-major
 * @param initial its first values
 * @param group its learning rate and weight decay
 */
public record ParameterSpec(String name, List<Integer> shape, Initial initial, ParameterGroup group) {
    public ParameterSpec {
        shape = List.copyOf(shape);
    }

    /** Elements. */
    public int size() {
        return shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
    }

    /** The same parameter of a part called {@code part}. */
    public ParameterSpec within(String part) {
        return new ParameterSpec(part + "." + name, shape, initial, group);
    }
}
