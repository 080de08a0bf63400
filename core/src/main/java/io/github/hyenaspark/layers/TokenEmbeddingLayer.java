package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.head.EmbeddingConfig;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Token ids [batch, (1,) length] to activations [batch, d-model, length], with a table that a head may share. */
public final class TokenEmbeddingLayer extends OperatorLayer {
    @JsonProperty
    private double initStd;

    @JsonProperty
    private double embedDropout;

    @JsonProperty
    private boolean tied;

    @JsonProperty
    private EmbeddingConfig.Positions positions = EmbeddingConfig.Positions.NONE;

    @JsonProperty
    private int maxLength;

    public TokenEmbeddingLayer() {}

    /**
     * Starts as N(0, initStd²). If {@code tied}, a {@link TiedHeadVertex} shares the table: its backward pass comes
     * first and clears the gradient.
     */
    public TokenEmbeddingLayer(EmbeddingConfig config, double initStd, boolean tied) {
        setNIn(config.vocabularySize());
        setNOut(config.width());
        embedDropout = config.dropout();
        positions = config.positions();
        maxLength = config.maxLength();
        this.initStd = initStd;
        this.tied = tied;
    }

    EmbeddingConfig config() {
        return new EmbeddingConfig(
                Math.toIntExact(getNIn()), Math.toIntExact(getNOut()), maxLength, positions, embedDropout);
    }

    boolean tied() {
        return tied;
    }

    @Override
    public List<ParameterSpec> specs() {
        return config().parameters(initStd);
    }

    @Override
    OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        return type == DataType.DOUBLE
                ? new EmbeddingRuntime<>(conf, type, new Embedding.Floats.Reference(config()), new Precision.Doubles())
                : new EmbeddingRuntime<>(conf, type, new Embedding.Floats(config()), new Precision.Floats());
    }

    @Override
    Object settings() {
        return List.of(initStd, embedDropout, tied, positions, maxLength);
    }
}
