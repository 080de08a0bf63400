package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The Hyena operator alone, causal, [batch, d-model, length] in and out; a DOUBLE network runs the slow reference. */
public final class HyenaLayer extends OperatorLayer {
    @JsonProperty
    private Map<String, Object> operator = Map.of();

    public HyenaLayer() {}

    public HyenaLayer(HyenaConfig config) {
        operator = ConfigTree.of(config);
        setNIn(config.width());
        setNOut(config.width());
    }

    private HyenaConfig config() {
        return ConfigTree.mixer(operator, HyenaConfig.class);
    }

    @Override
    public List<ParameterSpec> specs() {
        return config().parameters(new Initializer.Linear.Alone());
    }

    @Override
    OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        HyenaConfig config = config();
        return type == DataType.DOUBLE
                ? new MapRuntime<>(conf, type, config.referenceModule(), new Precision.Doubles(), config.dropout())
                : new MapRuntime<>(conf, type, config.map(), new Precision.Floats(), config.dropout());
    }

    @Override
    Object settings() {
        return operator;
    }
}
