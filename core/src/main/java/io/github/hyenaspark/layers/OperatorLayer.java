package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;

/** What the beans share: activations B×D×L, {@link ParameterSpec}s, no weight decay or initialisation of DL4J. */
public abstract sealed class OperatorLayer extends FeedForwardLayer
        permits HyenaLayer, BlockLayer, TokenEmbeddingLayer, LanguageModelHeadLayer, LabelHeadLayer {
    public abstract List<ParameterSpec> specs();

    /** What makes this layer different from another of its class and sizes, for {@link #equals}. */
    abstract Object settings();

    abstract OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type);

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            @Nullable Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        if (networkDataType != DataType.FLOAT && networkDataType != DataType.DOUBLE) {
            throw new IllegalArgumentException(
                    "the layers run in FLOAT, and in DOUBLE for checks, found " + networkDataType);
        }
        OperatorRuntime<?, ?> runtime = runtime(conf, networkDataType);
        if (trainingListeners != null) {
            runtime.setListeners(trainingListeners);
        }
        runtime.setIndex(layerIndex);
        runtime.setParamsViewArray(layerParamsView);
        runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        runtime.setConf(conf);
        return runtime;
    }

    @Override
    public ParamInitializer initializer() {
        return new OperatorInitializer(specs());
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        long steps = inputType instanceof InputType.InputTypeRecurrent recurrent ? recurrent.getTimeSeriesLength() : -1;
        return InputType.recurrent(getNOut(), steps);
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        // the sizes are part of the configuration
    }

    @Override
    @SuppressWarnings("NullAway") // DL4J's way to say that no preprocessor is needed
    public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
        return null;
    }

    @Override
    public List<Regularization> getRegularizationByParam(String paramName) {
        return List.of();
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        long parameters = initializer().numParams(this);
        return new LayerMemoryReport.Builder(getLayerName(), getClass(), inputType, getOutputType(-1, inputType))
                .standardMemory(parameters, 0)
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OperatorLayer layer
                && super.equals(other)
                && settings().equals(layer.settings());
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + settings().hashCode();
    }

    @Override
    protected boolean canEqual(Object other) {
        return getClass().isInstance(other);
    }
}
