package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.head.LabelHead;
import io.github.hyenaspark.operator.head.LabelHead.Labels;
import io.github.hyenaspark.operator.head.PooledHead;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The end of a model that predicts labels, a {@link LabelHead}. Its labels are one row for each sequence, [B·S, 2 +
 * targets]: the sequence's length, the weight of its document, and the document's label. The loss is the mean per
 * document.
 */
public final class LabelHeadLayer extends OperatorLayer {
    @JsonProperty
    private LabelHead.Task task = LabelHead.Task.CLASSIFICATION;

    @JsonProperty
    private LabelHead.Pooling pooling = LabelHead.Pooling.MEAN;

    @JsonProperty
    private int parts = 1;

    @JsonProperty
    private int readings = 1;

    @JsonProperty
    private double headDropout;

    @JsonProperty
    private double initStd;

    public LabelHeadLayer() {}

    /** A head for a model of D channels; weights start as N(0, initStd²). */
    public LabelHeadLayer(LabelHead head, int width, double initStd) {
        setNIn(width);
        setNOut(head.outputs());
        task = head.task();
        pooling = head.pooling();
        parts = head.parts();
        readings = head.readings();
        headDropout = head.dropout();
        this.initStd = initStd;
    }

    LabelHead head() {
        return new LabelHead(task, Math.toIntExact(getNOut()), pooling, parts, readings, headDropout);
    }

    @Override
    public List<ParameterSpec> specs() {
        return head().parameters(Math.toIntExact(getNIn()), initStd);
    }

    @Override
    OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        int width = Math.toIntExact(getNIn());
        return type == DataType.DOUBLE
                ? new LabelRuntime<>(
                        conf, type, new PooledHead<>(head(), width, new PooledHead.Doubles()), new Precision.Doubles())
                : new LabelRuntime<>(
                        conf, type, new PooledHead<>(head(), width, new PooledHead.Floats()), new Precision.Floats());
    }

    /** The outputs, B×T, of a network's {@code head} for the output of its last block, (B·S)×D×L. */
    public static double[] outputs(Layer head, INDArray blockOutput, int[] lengths) {
        if (head instanceof LabelRuntime<?> runtime) {
            return runtime.outputs(blockOutput, lengths);
        }
        throw new IllegalArgumentException("expected a label head, found " + head.getClass());
    }

    @Override
    Object settings() {
        return List.of(head(), initStd);
    }

    /** Runs a {@link PooledHead}. */
    private static final class LabelRuntime<A> extends OutputRuntime<A, LabelHeadLayer> {
        private static final int LENGTH = 0;
        private static final int WEIGHT = 1;
        private static final int TARGETS = 2;

        private final PooledHead<A> head;

        LabelRuntime(NeuralNetConfiguration conf, DataType type, PooledHead<A> head, Precision<A> precision) {
            super(conf, type, precision);
            this.head = head;
        }

        double[] outputs(INDArray blockOutput, int[] lengths) {
            INDArray x = dense(blockOutput);
            return head.outputs(precision.view(x), lengths, pass(x, precision.view(params), Map.of()));
        }

        @Override
        double dropoutRate() {
            return layerConf().head().dropout();
        }

        /** The outputs of sequences without padding. */
        @Override
        public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
            assertInputSet(false);
            startStep(training);
            INDArray x = dense(input, ArrayType.FF_WORKING_MEM, workspaceMgr);
            int[] lengths = new int[Math.toIntExact(x.size(0))];
            Arrays.fill(lengths, Math.toIntExact(x.size(2)));
            double[] found = head.outputs(precision.view(x), lengths, pass(x, precision.view(params), Map.of()));
            long[] shape = {found.length / layerConf().getNOut(), layerConf().getNOut()};
            INDArray y = workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
            return y.assign(Nd4j.createFromArray(found).reshape('c', shape));
        }

        @Override
        public Pair<Gradient, INDArray> backpropGradient(@Nullable INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
            startStep(true); // networks do not activate their output layer before this
            INDArray x = dense(input, ArrayType.BP_WORKING_MEM, workspaceMgr);
            INDArray dx = workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, x.shape(), 'c');
            Map<String, A> gradients = clearedGradients();
            A inputGradient = precision.view(dx);
            Labels labels = labels();
            double sum =
                    head.gradient(precision.view(x), labels, inputGradient, pass(x, precision.view(params), gradients));
            found(sum / labels.weights().length);
            precision.store(inputGradient, dx);
            return new Pair<>(gradientsOf(gradients), dx);
        }

        @Override
        public double computeScore(double fullNetworkRegScore, boolean training, LayerWorkspaceMgr workspaceMgr) {
            return score(fullNetworkRegScore, () -> {
                INDArray x = dense(input, ArrayType.FF_WORKING_MEM, workspaceMgr);
                Labels labels = labels();
                return head.loss(precision.view(x), labels, pass(x, precision.view(params), Map.of()))
                        / labels.weights().length;
            });
        }

        private Labels labels() {
            INDArray rows = requiredLabels();
            int sequences = Math.toIntExact(rows.size(0));
            int columns = Math.toIntExact(rows.size(1));
            int readings = layerConf().head().readings();
            int targets = layerConf().head().targets();
            if (columns != TARGETS + targets || sequences % readings != 0) {
                throw new IllegalArgumentException("the labels must be rows of " + (TARGETS + targets) + ", " + readings
                        + " for each document, found " + sequences + " rows of " + columns);
            }
            double[] all = rows.dup('c').reshape(rows.length()).toDoubleVector();
            Labels labels = new Labels(
                    new int[sequences], new double[sequences / readings * targets], new double[sequences / readings]);
            for (int row = 0; row < sequences; row++) {
                labels.lengths()[row] = (int) all[row * columns + LENGTH];
                int document = row / readings;
                labels.weights()[document] = all[row * columns + WEIGHT];
                System.arraycopy(all, row * columns + TARGETS, labels.targets(), document * targets, targets);
            }
            return labels;
        }
    }
}
