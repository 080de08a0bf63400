package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the runtimes of this package share: the passage between DL4J's arrays and those of the operators. */
abstract class OperatorRuntime<A, C extends OperatorLayer> extends BaseLayer<C> {
    final Precision<A> precision;

    private Dropout dropout = Dropout.OFF;
    private GraphContext context = new GraphContext();

    OperatorRuntime(NeuralNetConfiguration conf, DataType type, Precision<A> precision) {
        super(conf, type);
        this.precision = precision;
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    final void context(GraphContext newContext) {
        context = newContext;
    }

    /** The share of elements dropped anywhere in this layer; a layer with 0 draws no seed. */
    abstract double dropoutRate();

    final void startStep(boolean training) {
        boolean active = training && dropoutRate() > 0;
        dropout = active ? new Dropout(context.nextDropoutSeed(), true) : Dropout.OFF;
    }

    final ForwardContext<A> pass(INDArray input, Map<String, A> parameters, Map<String, A> gradients) {
        int batchSize = Math.toIntExact(input.size(0));
        int length = Math.toIntExact(input.size(input.rank() - 1));
        return new ForwardContext<>(batchSize, length, parameters, gradients, "", dropout, context.pool());
    }

    final Map<String, A> clearedGradients() {
        gradientsFlattened.assign(0);
        return precision.view(gradientViews);
    }

    final Gradient gradientsOf(Map<String, A> gradients) {
        precision.store(gradients, gradientViews);
        Gradient result = new DefaultGradient(gradientsFlattened);
        gradientViews.forEach(result::setGradientFor);
        return result;
    }

    /** {@code array} itself if its elements lie row-major without gaps, else a copy. */
    static INDArray dense(INDArray array, ArrayType type, LayerWorkspaceMgr workspaces) {
        return FloatArray.isDense(array) ? array : workspaces.dup(type, array, 'c');
    }

    /** The same outside a network's workspaces. */
    static INDArray dense(INDArray array) {
        return FloatArray.isDense(array) ? array : array.dup('c');
    }

    /** Ids or targets of any number format, row-major. */
    static int[] ids(INDArray array) {
        return array.dup('c').reshape(array.length()).toIntVector();
    }
}
