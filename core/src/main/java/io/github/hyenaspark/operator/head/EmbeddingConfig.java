package io.github.hyenaspark.operator.head;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.nn.PositionEmbedding;
import java.util.ArrayList;
import java.util.List;

/**
 * Where activations begin: V tokens, padding included, become D channels of at most M steps; positions that are learned
 * or sinusoidal are added here.
 */
public record EmbeddingConfig(
        int vocabularySize, int width, int maxLength, PositionEmbedding positions, double dropout) {
    /** The parameters in their order in memory, all N(0, deviation²): the table first. */
    public List<ParameterSpec> parameters(double deviation) {
        Initializer initial = new Initializer.Normal(deviation);
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("weight", List.of(vocabularySize, width), initial, BASE));
        if (positions == PositionEmbedding.LEARNED) {
            specs.add(new ParameterSpec("positions", List.of(maxLength, width), initial, BASE));
        }
        return List.copyOf(specs);
    }

    /** IllegalArgumentException if positions are added and an input is longer than {@link #maxLength}. */
    void checkLength(int length) {
        if (positions == PositionEmbedding.LEARNED || positions == PositionEmbedding.SINUSOIDAL) {
            MixerConfig.checkLength(length, maxLength);
        }
    }
}
