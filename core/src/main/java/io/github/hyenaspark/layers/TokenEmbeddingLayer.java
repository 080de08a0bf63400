package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.FloatArray;
import io.github.hyenaspark.operator.FloatEmbedding;
import io.github.hyenaspark.operator.Initial;
import io.github.hyenaspark.operator.ParameterGroup;
import io.github.hyenaspark.operator.ParameterSpec;
import io.github.hyenaspark.operator.PlainEmbedding;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Token ids, [batch, 1, length] or [batch, length] of any number format, to activations [batch, d-model, length]. Its
 * table also makes the logits when a {@link TiedHeadVertex} names it.
 */
public final class TokenEmbeddingLayer extends SpecLayer {
    private double initStd;
    private double embedDropout;
    private boolean tied;

    /** For JSON only. */
    public TokenEmbeddingLayer() {}

    /**
     * A table that starts as N(0, initStd²).
     *
     * @param vocabularySize V, padding included
     * @param width D
     * @param tied whether a head runs its backward pass first and has cleared the table's gradient
     */
    TokenEmbeddingLayer(int vocabularySize, int width, double initStd, double embedDropout, boolean tied) {
        setNIn(vocabularySize);
        setNOut(width);
        this.initStd = initStd;
        this.embedDropout = embedDropout;
        this.tied = tied;
    }

    /** A table that starts as N(0, initStd²) and that a {@link TiedHeadVertex} shares. */
    public static TokenEmbeddingLayer tied(int vocabularySize, int width, double initStd, double embedDropout) {
        return new TokenEmbeddingLayer(vocabularySize, width, initStd, embedDropout, true);
    }

    /** A table of its own. */
    public static TokenEmbeddingLayer untied(int vocabularySize, int width, double initStd, double embedDropout) {
        return new TokenEmbeddingLayer(vocabularySize, width, initStd, embedDropout, false);
    }

    /** Standard deviation of initial values. */
    public double getInitStd() {
        return initStd;
    }

    /** For JSON only. */
    public void setInitStd(double initStd) {
        this.initStd = initStd;
    }

    /** Share of activations set to zero in training. */
    public double getEmbedDropout() {
        return embedDropout;
    }

    /** For JSON only. */
    public void setEmbedDropout(double embedDropout) {
        this.embedDropout = embedDropout;
    }

    /** Whether a head shares the table. */
    public boolean isTied() {
        return tied;
    }

    /** For JSON only. */
    public void setTied(boolean tied) {
        this.tied = tied;
    }

    @Override
    public List<ParameterSpec> specs() {
        List<Integer> shape = List.of(Math.toIntExact(getNIn()), Math.toIntExact(getNOut()));
        return List.of(new ParameterSpec("weight", shape, new Initial.Normal(initStd), ParameterGroup.BASE));
    }

    @Override
    SpecRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        int width = Math.toIntExact(getNOut());
        return type == DataType.DOUBLE
                ? new EmbeddingRuntime<double[]>(
                        conf, type, new PlainEmbedding(width, embedDropout), new Precision.Doubles())
                : new EmbeddingRuntime<FloatArray>(
                        conf, type, new FloatEmbedding(width, embedDropout), new Precision.Floats());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenEmbeddingLayer layer
                && super.equals(other)
                && initStd == layer.initStd
                && embedDropout == layer.embedDropout
                && tied == layer.tied;
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + Double.hashCode(initStd);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof TokenEmbeddingLayer;
    }
}
