package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.List;

/** What moves information between the steps of a block, causal: an output depends on no later step. */
public interface MixerConfig {
    /** D, channels in and out. */
    int width();

    /** The longest sequence, tokens. */
    int maxLength();

    /** Share of elements inside the mixer that training sets to zero, 0 for none. */
    default double dropout() {
        return 0;
    }

    /** The parameters in their order in memory. */
    List<ParameterSpec> parameters(Initializer.Linear linear);

    /** The form that runs; its backward pass allows the gradient of the input to take the place of the input. */
    DifferentiableModule<FloatArray> map();

    /** The double reference of {@link #map}, loops written from the definition. */
    DifferentiableModule<double[]> referenceModule();

    /**
     * The module for one sequence of at most {@code capacity} steps that grows: its first pass takes the beginning,
     * every later one a single step. It uses the parameters of {@code pass} from now on, and no dropout.
     */
    InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass);

    /** What {@link #map} costs for {@code batchSize} sequences of {@code length} tokens, forward and backward. */
    Cost cost(int batchSize, int length);

    /** Floats of rows that a backward pass of several threads holds at a time, beside those of each thread. */
    default long togetherFloats(int batchSize, int length, int threads) {
        return 0;
    }

    /** IllegalArgumentException if there is no channel or no step. */
    static void checkSizes(int width, int maxLength) {
        check(width >= 1, "d-model", width, "at least 1");
        check(maxLength >= 1, "l-max", maxLength, "at least 1");
    }

    /** IllegalArgumentException unless a setting is as {@code expected}. */
    static void check(boolean valid, String setting, Object found, String expected) {
        Refusal.unless(valid, setting, found, expected);
    }

    /** IllegalArgumentException if an input is longer than {@link #maxLength}. */
    default void checkLength(int length) {
        checkLength(length, maxLength());
    }

    /** IllegalArgumentException if a sequence is longer than what it is given to was made for. */
    static void checkLength(int length, int maxLength) {
        if (length > maxLength) {
            throw new IllegalArgumentException("a sequence of " + length + " tokens is longer than l-max " + maxLength
                    + ", which the model was made for; cut the input or train with a larger l-max");
        }
    }

    /**
     * What one mixer computes and allocates in a step.
     *
     * @param productFlop floating-point operations of its matrix products, forward and for all gradients
     * @param convolutions long convolutions of every channel of a sequence, each forward and backward with its gates
     * @param convolutionHeads heads that share a long filter
     * @param keptFloats kept for the backward pass
     * @param rowFloats rows of the length of a sequence that one thread works in
     */
    public record Cost(long productFlop, int convolutions, int convolutionHeads, long keptFloats, long rowFloats) {
        /** A multiplication and an addition, in the forward pass and for both gradients. */
        public static final long FLOP_PER_WEIGHT = 2 * 3;
    }
}
