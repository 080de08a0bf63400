package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.head.LabelHead;
import io.github.hyenaspark.operator.head.PooledHead;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
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
}
