package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.head.LanguageModelHead;
import io.github.hyenaspark.operator.head.TiedHead;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The end of the language model: final norm, logits by the embedding's table, softmax cross entropy against integer
 * targets [batch, (1,) length], −100 where no loss counts. The loss is the mean per counted target, in nats.
 */
public final class LanguageModelHeadLayer extends OperatorLayer {
    public LanguageModelHeadLayer() {}

    public LanguageModelHeadLayer(int vocabularySize, int width) {
        setNIn(width);
        setNOut(vocabularySize);
    }

    @Override
    public List<ParameterSpec> specs() {
        return BlockConfig.norm(Math.toIntExact(getNIn())).stream()
                .map(spec -> spec.within("norm"))
                .toList();
    }

    @Override
    OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        return type == DataType.DOUBLE
                ? new HeadRuntime<>(conf, type, new LanguageModelHead.Reference(), new Precision.Doubles())
                : new HeadRuntime<>(
                        conf,
                        type,
                        new TiedHead(Math.toIntExact(getNIn()), Math.toIntExact(getNOut())),
                        new Precision.Floats());
    }

    /** The loss of every target, B×L, of a network's {@code head}, for the output of its last block, B×D×L. */
    public static LanguageModelHead.TargetLosses losses(Layer head, INDArray blockOutput, int[] targets) {
        return runtime(head).losses(blockOutput, targets);
    }

    /** The final norm of a network's {@code head}, a new array, for the output of its last block, B×D×L. */
    public static INDArray normed(Layer head, INDArray blockOutput) {
        return runtime(head).normed(blockOutput);
    }

    private static HeadRuntime<?> runtime(Layer head) {
        if (head instanceof HeadRuntime<?> runtime) {
            return runtime;
        }
        throw new IllegalArgumentException("expected a language model head, found " + head.getClass());
    }

    @Override
    Object settings() {
        return List.of();
    }

    /** Runs a {@link LanguageModelHead}; its backward pass comes first and clears the tied embedding's gradient. */
    static final class HeadRuntime<A> extends OutputRuntime<A, LanguageModelHeadLayer> {
        private static final String TABLE = "embedding.weight";

        private final LanguageModelHead<A> head;
        private @Nullable ComputationGraph graph;
        private String embeddingName = "";

        HeadRuntime(NeuralNetConfiguration conf, DataType type, LanguageModelHead<A> head, Precision<A> precision) {
            super(conf, type, precision);
            this.head = head;
        }

        LanguageModelHead.TargetLosses losses(INDArray blockOutput, int[] targets) {
            INDArray x = dense(blockOutput);
            LanguageModelHead.TargetLosses losses = LanguageModelHead.TargetLosses.of(targets.length);
            head.losses(precision.view(x), checked(targets), losses, pass(x, parameters(), Map.of()));
            return losses;
        }

        INDArray normed(INDArray blockOutput) {
            INDArray x = dense(blockOutput);
            INDArray y = Nd4j.createUninitialized(dataType, x.shape(), 'c');
            A normed = precision.view(y);
            head.normed(precision.view(x), normed, pass(x, precision.view(params), Map.of()));
            precision.store(normed, y);
            return y;
        }

        /** Names the embedding whose table makes the logits; it is looked up at the first pass. */
        void tie(ComputationGraph newGraph, String name) {
            graph = newGraph;
            embeddingName = name;
        }

        @Override
        double dropoutRate() {
            return 0;
        }

        @Override
        public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
            assertInputSet(false);
            INDArray x = dense(input, ArrayType.FF_WORKING_MEM, workspaceMgr);
            long[] shape = {x.size(0), layerConf().getNOut(), x.size(2)};
            INDArray y = workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
            A logits = precision.view(y);
            head.logits(precision.view(x), logits, pass(x, parameters(), Map.of()));
            precision.store(logits, y);
            return y;
        }

        @Override
        public Pair<Gradient, INDArray> backpropGradient(@Nullable INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
            INDArray x = dense(input, ArrayType.BP_WORKING_MEM, workspaceMgr);
            INDArray dx = workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, x.shape(), 'c');
            int[] targets = targets();
            INDArray tableGradient = embedding().tableGradient();
            tableGradient.assign(0);
            Map<String, A> gradients = new HashMap<>(clearedGradients());
            gradients.put(TABLE, precision.view(tableGradient));
            A inputGradient = precision.view(dx);
            double nats = head.gradient(precision.view(x), targets, inputGradient, pass(x, parameters(), gradients));
            found(mean(nats, targets));
            precision.store(inputGradient, dx);
            precision.store(gradients, Map.of(TABLE, tableGradient));
            return new Pair<>(gradientsOf(gradients), dx);
        }

        @Override
        public double computeScore(double fullNetworkRegScore, boolean training, LayerWorkspaceMgr workspaceMgr) {
            return score(fullNetworkRegScore, () -> {
                INDArray x = dense(input, ArrayType.FF_WORKING_MEM, workspaceMgr);
                int[] targets = targets();
                return mean(head.loss(precision.view(x), targets, pass(x, parameters(), Map.of())), targets);
            });
        }

        private static double mean(double nats, int[] targets) {
            return nats / Math.max(1, LanguageModelHead.counted(targets));
        }

        private Map<String, A> parameters() {
            Map<String, A> parameters = new HashMap<>(precision.view(params));
            parameters.put(TABLE, precision.view(embedding().table()));
            return parameters;
        }

        private TokenEmbeddingLayer.EmbeddingRuntime<?> embedding() {
            if (graph != null
                    && graph.getLayer(embeddingName) instanceof TokenEmbeddingLayer.EmbeddingRuntime<?> embedding) {
                return embedding;
            }
            throw new IllegalStateException("the language model head needs a token embedding called " + embeddingName
                    + "; add it to the graph with a TiedHeadVertex");
        }

        private int[] targets() {
            return checked(ids(requiredLabels()));
        }

        private int[] checked(int[] targets) {
            for (int target : targets) {
                if (target >= layerConf().getNOut()) {
                    throw new IllegalArgumentException("target " + target + " is outside the vocabulary of "
                            + layerConf().getNOut());
                }
            }
            return targets;
        }
    }
}
