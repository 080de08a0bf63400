package io.github.hyenaspark.operator.nn;

/** How dense projections start; the rest of an operator starts the same way everywhere. */
public sealed interface LinearInitial {
    /** Weights of a projection from {@code inputs} channels. */
    Initial weight(int inputs);

    /** Weights of the projection back into the residual stream. */
    Initial outputWeight(int inputs);

    /** Its bias. */
    Initial bias(int inputs);

    /** An operator on its own: uniform within 1/√inputs, weights and biases alike. */
    record Alone() implements LinearInitial {
        @Override
        public Initial weight(int inputs) {
            return new Initial.Uniform(1 / Math.sqrt(inputs));
        }

        @Override
        public Initial outputWeight(int inputs) {
            return weight(inputs);
        }

        @Override
        public Initial bias(int inputs) {
            return weight(inputs);
        }
    }

    /**
     * Inside the language model: N(0, deviation²), biases 0, and deviation/√(2·depth) for projections back into the
     * residual stream.
     */
    record LanguageModel(double deviation, int depth) implements LinearInitial {
        @Override
        public Initial weight(int inputs) {
            return new Initial.Normal(deviation);
        }

        @Override
        public Initial outputWeight(int inputs) {
            return new Initial.Normal(deviation / Math.sqrt(2.0 * depth));
        }

        @Override
        public Initial bias(int inputs) {
            return new Initial.Constant(0);
        }
    }
}
