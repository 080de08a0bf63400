package io.github.hyenaspark.operator.nn;

import java.util.List;

/** One parameter of a layer, row-major; its name is unique there and has no underscore, at which DL4J splits names. */
public record ParameterSpec(String name, List<Integer> shape, Initializer initial, Group group) {
    public ParameterSpec {
        shape = List.copyOf(shape);
    }

    public int size() {
        return shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
    }

    public ParameterSpec within(String part) {
        return new ParameterSpec(part + "." + name, shape, initial, group);
    }

    /** Parameters that share an optimizer, a learning rate and a weight decay (the groups of safari's trainer). */
    public enum Group {
        /** Everything that is in no other group, biases, norms and embeddings included: base rate, decayed. */
        BASE,
        /**
         * Weight matrices, rows × columns, of projections, cells and feed-forward layers: Muon's if it trains, else as
         * BASE.
         */
        MATRIX,
        /** What long filters are made of, the filter network and its sine frequencies: filter rate, not decayed. */
        FILTER,
        /** Trained positions z of the filters: filter rate, not decayed. */
        POSITIONS,
        /** Trained decay rates of the window: filter rate, not decayed. */
        DECAY
    }
}
