package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.head.EmbeddingConfig;
import io.github.hyenaspark.operator.head.FloatEmbedding;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.nn.PositionEmbedding;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Token ids, [batch, 1, length] or [batch, length] of any number format, to activations [batch, d-model, length]. Its
 * table also makes the logits when a {@link TiedHeadVertex} names it.
 */
public final class TokenEmbeddingLayer extends OperatorLayer {
    private double initStd;
    private double embedDropout;
    private boolean tied;
    private PositionEmbedding positions = PositionEmbedding.NONE;
    private int maxLength;

    public TokenEmbeddingLayer() {}

    /**
     * Starts as N(0, initStd²); if {@code tied}, a head's backward pass comes first and clears the table's gradient.
     */
    TokenEmbeddingLayer(EmbeddingConfig config, double initStd, boolean tied) {
        setNIn(config.vocabularySize());
        setNOut(config.width());
        embedDropout = config.dropout();
        positions = config.positions();
        maxLength = config.maxLength();
        this.initStd = initStd;
        this.tied = tied;
    }

    /** An embedding that starts as N(0, initStd²) and whose table a {@link TiedHeadVertex} shares. */
    public static TokenEmbeddingLayer tied(EmbeddingConfig config, double initStd) {
        return new TokenEmbeddingLayer(config, initStd, true);
    }

    /** An embedding with a table of its own. */
    public static TokenEmbeddingLayer untied(EmbeddingConfig config, double initStd) {
        return new TokenEmbeddingLayer(config, initStd, false);
    }

    EmbeddingConfig config() {
        return new EmbeddingConfig(
                Math.toIntExact(getNIn()), Math.toIntExact(getNOut()), maxLength, positions, embedDropout);
    }

    /** Standard deviation of initial values. */
    public double getInitStd() {
        return initStd;
    }

    public void setInitStd(double initStd) {
        this.initStd = initStd;
    }

    /** Share of activations set to zero in training. */
    public double getEmbedDropout() {
        return embedDropout;
    }

    public void setEmbedDropout(double embedDropout) {
        this.embedDropout = embedDropout;
    }

    /** Whether a head shares the table. */
    public boolean isTied() {
        return tied;
    }

    public void setTied(boolean tied) {
        this.tied = tied;
    }

    /** What is added to the table's vectors. */
    public PositionEmbedding getPositions() {
        return positions;
    }

    public void setPositions(PositionEmbedding positions) {
        this.positions = positions;
    }

    /** The longest sequence, tokens, where positions are added. */
    public int getMaxLength() {
        return maxLength;
    }

    public void setMaxLength(int maxLength) {
        this.maxLength = maxLength;
    }

    @Override
    public List<ParameterSpec> specs() {
        return config().parameters(initStd);
    }

    @Override
    OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        return type == DataType.DOUBLE
                ? new EmbeddingRuntime<double[]>(
                        conf, type, new FloatEmbedding.Reference(config()), new Precision.Doubles())
                : new EmbeddingRuntime<FloatArray>(conf, type, new FloatEmbedding(config()), new Precision.Floats());
    }

    @Override
    Object settings() {
        return List.of(initStd, embedDropout, tied, positions, maxLength);
    }
}
