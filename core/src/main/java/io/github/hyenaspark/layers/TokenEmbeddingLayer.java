package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
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
    private Embedding.Positions positions = Embedding.Positions.NONE;

    @JsonProperty
    private int maxLength;

    public TokenEmbeddingLayer() {}

    /**
     * Starts as N(0, initStd²). If {@code tied}, a {@link TiedHeadVertex} shares the table: its backward pass comes
     * first and clears the gradient.
     */
    public TokenEmbeddingLayer(Embedding.Config config, double initStd, boolean tied) {
        setNIn(config.vocabularySize());
        setNOut(config.width());
        embedDropout = config.dropout();
        positions = config.positions();
        maxLength = config.maxLength();
        this.initStd = initStd;
        this.tied = tied;
    }

    Embedding.Config config() {
        return new Embedding.Config(
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
                ? new EmbeddingRuntime<>(conf, type, new Embedding.Reference(config()), new Precision.Doubles())
                : new EmbeddingRuntime<>(conf, type, new Embedding.Floats(config()), new Precision.Floats());
    }

    @Override
    Object settings() {
        return List.of(initStd, embedDropout, tied, positions, maxLength);
    }

    static final class EmbeddingRuntime<A> extends OperatorRuntime<A, TokenEmbeddingLayer> {
        private final Embedding<A> embedding;

        EmbeddingRuntime(NeuralNetConfiguration conf, DataType type, Embedding<A> embedding, Precision<A> precision) {
            super(conf, type, precision);
            this.embedding = embedding;
        }

        @Override
        double dropoutRate() {
            return layerConf().config().dropout();
        }

        /** The table, V×D, which is the first parameter. */
        INDArray table() {
            return params.values().iterator().next();
        }

        INDArray tableGradient() {
            return gradientViews.values().iterator().next();
        }

        @Override
        public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
            assertInputSet(false);
            startStep(training);
            long length = input.size(input.rank() - 1);
            long[] shape = {input.size(0), layerConf().getNOut(), length};
            INDArray y = workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
            A output = precision.view(y);
            embedding.forward(checkedIds(), output, pass(y, precision.view(params), Map.of()));
            precision.store(output, y);
            return y;
        }

        @Override
        @SuppressWarnings("NullAway") // ids have no gradient, which DL4J writes as null
        public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
            INDArray dy = dense(epsilon, ArrayType.BP_WORKING_MEM, workspaceMgr);
            // the head has begun the gradient of a table that it shares
            gradientViews.values().stream().skip(layerConf().tied() ? 1 : 0).forEach(view -> view.assign(0));
            Map<String, A> gradients = precision.view(gradientViews);
            embedding.backward(ids(input), precision.view(dy), pass(dy, precision.view(params), gradients));
            return new Pair<>(gradientsOf(gradients), null);
        }

        private int[] checkedIds() {
            int[] ids = ids(input);
            long vocabularySize = layerConf().getNIn();
            for (int id : ids) {
                if (id < 0 || id >= vocabularySize) {
                    throw new IllegalArgumentException("token id " + id + " is outside the vocabulary of "
                            + vocabularySize + "; input of shape " + Arrays.toString(input.shape()));
                }
            }
            return ids;
        }
    }
}
