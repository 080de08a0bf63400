package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.nn.DifferentiableModule;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

final class MapRuntime<A> extends OperatorRuntime<A, OperatorLayer> {
    private DifferentiableModule<A> map;
    private final double dropoutRate;

    MapRuntime(
            NeuralNetConfiguration conf,
            DataType type,
            DifferentiableModule<A> map,
            Precision<A> precision,
            double dropoutRate) {
        super(conf, type, precision);
        this.map = map;
        this.dropoutRate = dropoutRate;
    }

    void replace(DifferentiableModule<A> newMap) {
        map = newMap;
    }

    @Override
    double dropoutRate() {
        return dropoutRate;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        long width = layerConf().getNIn();
        if (input.rank() != 3 || input.size(1) != width) {
            throw new IllegalArgumentException("layer " + layerConf().getLayerName() + ": expected activations of shape"
                    + " [batch, " + width + ", length], found " + Arrays.toString(input.shape()));
        }
        startStep(training);
        INDArray x = dense(input, ArrayType.ACTIVATIONS, workspaceMgr);
        INDArray y = workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, x.shape(), 'c');
        A output = precision.view(y);
        map.forward(precision.view(x), output, pass(x, precision.view(params), Map.of()));
        precision.store(output, y);
        return y;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        INDArray dy = dense(epsilon, ArrayType.BP_WORKING_MEM, workspaceMgr);
        INDArray dx = workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, dy.shape(), 'c');
        Map<String, A> gradients = clearedGradients();
        A inputGradient = precision.view(dx);
        map.backward(precision.view(dy), inputGradient, pass(dy, precision.view(params), gradients));
        precision.store(inputGradient, dx);
        return new Pair<>(gradientsOf(gradients), dx);
    }
}
