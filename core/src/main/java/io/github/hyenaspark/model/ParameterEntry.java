package io.github.hyenaspark.model;

import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.List;

/**
 * One named tensor inside the flat parameter vector of P elements.
 *
 * @param name unique within a model, for example {@code block-0.filter.out.weight}
 * @param shape dimensions, row-major
 * @param offset where it starts in the vector, elements
 * @param group which learning rate and weight decay it has
 */
public record ParameterEntry(String name, List<Integer> shape, long offset, ParameterSpec.Group group) {
    public ParameterEntry {
        shape = List.copyOf(shape);
    }

    public long size() {
        long size = 1;
        for (int dimension : shape) {
            size = Math.multiplyExact(size, (long) dimension);
        }
        return size;
    }
}
