package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.regularization.Regularization;

/** What the beans share: activations B×D×L, {@link ParameterSpec}s, no weight decay or initialisation of DL4J. */
public abstract sealed class OperatorLayer extends FeedForwardLayer
        permits HyenaLayer, BlockLayer, TokenEmbeddingLayer, LanguageModelHeadLayer, LabelHeadLayer {
    public abstract List<ParameterSpec> specs();

    /** What makes this layer different from another of its class and sizes, for {@link #equals}. */
    abstract Object settings();

    abstract OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type);

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
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
        return new Parameters(specs());
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

    /** Cuts a flat vector into parameters; each starts by a random stream of its own, from seed, layer and name. */
    private record Parameters(List<ParameterSpec> specs) implements ParamInitializer {
        @Override
        public long numParams(NeuralNetConfiguration conf) {
            return numParams(conf.getLayer());
        }

        @Override
        public long numParams(Layer layer) {
            return specs.stream().mapToLong(ParameterSpec::size).sum();
        }

        @Override
        public List<String> paramKeys(Layer layer) {
            return specs.stream().map(ParameterSpec::name).toList();
        }

        @Override
        public List<String> weightKeys(Layer layer) {
            return paramKeys(layer);
        }

        @Override
        public List<String> biasKeys(Layer layer) {
            return List.of();
        }

        @Override
        public boolean isWeightParam(Layer layer, String key) {
            return paramKeys(layer).contains(key);
        }

        @Override
        public boolean isBiasParam(Layer layer, String key) {
            return false;
        }

        @Override
        public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
            Map<String, INDArray> views = getGradientsFromFlattened(conf, paramsView);
            for (ParameterSpec spec : specs) {
                conf.addVariable(spec.name());
                INDArray view = views.get(spec.name());
                if (initializeParams && view != null) {
                    long layerSeed = 31 * conf.getSeed()
                            + String.valueOf(conf.getLayer().getLayerName()).hashCode();
                    initialise(
                            spec,
                            view,
                            new SplittableRandom(31 * layerSeed + spec.name().hashCode()));
                }
            }
            return views;
        }

        @Override
        public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
            INDArray flat = gradientView.reshape(gradientView.length());
            Map<String, INDArray> views = new LinkedHashMap<>();
            long at = 0;
            for (ParameterSpec spec : specs) {
                long[] shape =
                        spec.shape().stream().mapToLong(Integer::longValue).toArray();
                views.put(
                        spec.name(),
                        flat.get(NDArrayIndex.interval(at, at + spec.size())).reshape('c', shape));
                at += spec.size();
            }
            return views;
        }

        private static void initialise(ParameterSpec spec, INDArray view, SplittableRandom random) {
            int size = spec.size();
            DataBuffer values = Nd4j.createBuffer(view.dataType(), size, false);
            for (int i = 0; i < size; i++) {
                values.put(i, spec.initial().next(i, random)); // a FLOAT buffer rounds it
            }
            view.assign(Nd4j.create(values, view.shape()));
        }
    }
}
