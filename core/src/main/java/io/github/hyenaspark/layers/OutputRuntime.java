package io.github.hyenaspark.layers;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** What heads share: labels, and a loss that the backward pass finds and the score is asked for afterwards. */
abstract class OutputRuntime<A, C extends OperatorLayer> extends OperatorRuntime<A, C> implements IOutputLayer {
    private @Nullable INDArray labels;
    private OptionalDouble knownLoss = OptionalDouble.empty();

    OutputRuntime(NeuralNetConfiguration conf, DataType type, Precision<A> precision) {
        super(conf, type, precision);
    }

    final INDArray requiredLabels() {
        if (labels == null) {
            throw new IllegalStateException("the head has no targets; set the graph's labels");
        }
        return labels;
    }

    final void found(double loss) {
        knownLoss = OptionalDouble.of(loss);
    }

    /** The loss that the backward pass found, or else one that is computed now, as the score. */
    final double score(double fullNetworkRegScore, DoubleSupplier loss) {
        score = knownLoss.orElseGet(loss) + fullNetworkRegScore;
        knownLoss = OptionalDouble.empty();
        return score;
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public void setLabels(INDArray newLabels) {
        labels = newLabels;
    }

    @Override
    @SuppressWarnings("NullAway") // DL4J expects null before labels are set
    public INDArray getLabels() {
        return labels;
    }

    @Override
    public INDArray computeScoreForExamples(double fullNetworkRegScore, LayerWorkspaceMgr workspaceMgr) {
        throw unsupported();
    }

    @Override
    public double f1Score(DataSet data) {
        throw unsupported();
    }

    @Override
    public double f1Score(INDArray examples, INDArray targets) {
        throw unsupported();
    }

    @Override
    @SuppressWarnings("deprecation") // DL4J's interface still asks for it
    public int numLabels() {
        return Math.toIntExact(layerConf().getNOut());
    }

    @Override
    public void fit(DataSetIterator iterator) {
        throw unsupported();
    }

    @Override
    public int[] predict(INDArray examples) {
        throw unsupported();
    }

    @Override
    public List<String> predict(DataSet data) {
        throw unsupported();
    }

    @Override
    public void fit(INDArray examples, INDArray targets) {
        throw unsupported();
    }

    @Override
    public void fit(DataSet data) {
        throw unsupported();
    }

    @Override
    public void fit(INDArray examples, int[] targets) {
        throw unsupported();
    }

    private UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("layer " + layerConf().getLayerName()
                + " has no such method; use the model's own, which train and predict with it");
    }
}
