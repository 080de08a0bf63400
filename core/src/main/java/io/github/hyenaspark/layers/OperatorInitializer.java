package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Cuts a flat vector into parameters; each starts by a random stream of its own, from seed, layer and name. */
record OperatorInitializer(List<ParameterSpec> specs) implements ParamInitializer {
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
            long[] shape = spec.shape().stream().mapToLong(Integer::longValue).toArray();
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
