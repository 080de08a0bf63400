package io.github.hyenaspark.operator.nn;

/** How dense projections start; the rest of an operator starts the same way everywhere. */
public sealed interface LinearInitializer {
    Initializer weight(int inputs);

    /** Weights of the projection back into the residual stream. */
    default Initializer outputWeight(int inputs) {
        return weight(inputs);
    }

    default Initializer bias(int inputs) {
        return weight(inputs);
    }

    /** An operator on its own: uniform within 1/√inputs, weights and biases alike. */
    record Alone() implements LinearInitializer {
        @Override
        public Initializer weight(int inputs) {
            return new Initializer.Uniform(1 / Math.sqrt(inputs));
        }
    }

    /** In the language model: N(0, deviation²), or deviation/√(2·depth) into the residual stream; biases 0. */
    record LanguageModel(double deviation, int depth) implements LinearInitializer {
        @Override
        public Initializer weight(int inputs) {
            return new Initializer.Normal(deviation);
        }

        @Override
        public Initializer outputWeight(int inputs) {
            return new Initializer.Normal(deviation / Math.sqrt(2.0 * depth));
        }

        @Override
        public Initializer bias(int inputs) {
            return new Initializer.Constant(0);
        }
    }
}
