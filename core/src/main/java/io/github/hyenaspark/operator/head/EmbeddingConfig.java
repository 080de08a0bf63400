package io.github.hyenaspark.operator.head;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Where activations begin: V tokens, padding included, become D channels of at most M steps; positions that are learned
 * or sinusoidal are added here.
 */
public record EmbeddingConfig(int vocabularySize, int width, int maxLength, Positions positions, double dropout) {
    /** The parameters in their order in memory, all N(0, deviation²): the table first. */
    public List<ParameterSpec> parameters(double deviation) {
        Initializer initial = new Initializer.Normal(deviation);
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("weight", List.of(vocabularySize, width), initial, BASE));
        if (positions == Positions.LEARNED) {
            specs.add(new ParameterSpec("positions", List.of(maxLength, width), initial, BASE));
        }
        return List.copyOf(specs);
    }

    /** IllegalArgumentException if positions are added and an input is longer than {@link #maxLength}. */
    void checkLength(int length) {
        if (positions == Positions.LEARNED || positions == Positions.SINUSOIDAL) {
            MixerConfig.checkLength(length, maxLength);
        }
    }

    /** How a language model knows where a token is, beyond what its mixers know by themselves. */
    public enum Positions {
        NONE,
        /** Attention rotates queries and keys by position (arXiv 2104.09864); nothing else changes. */
        ROTARY,
        /** A trained vector for every position is added to the embedding. */
        LEARNED,
        /** Sines and cosines of the position are added to the embedding (section 3.5 of arXiv 1706.03762). */
        SINUSOIDAL
    }
}
