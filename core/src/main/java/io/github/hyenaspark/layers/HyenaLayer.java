package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The Hyena operator alone, as a layer for any {@code ComputationGraph}: activations [batch, d-model, length] in and
 * out, causal, any length up to l-max. A DOUBLE network runs the slow reference form. {@link BlockLayer} is a whole
 * block.
 */
public final class HyenaLayer extends OperatorLayer {
    private Map<String, Object> operator = Map.of();

    public HyenaLayer() {}

    public HyenaLayer(HyenaConfig config) {
        setOperator(ConfigTree.of(config));
    }

    /** The operator's configuration as JSON keeps it. */
    public Map<String, Object> getOperator() {
        return operator;
    }

    public void setOperator(Map<String, Object> operator) {
        this.operator = operator;
        setNIn(config().width());
        setNOut(config().width());
    }

    private HyenaConfig config() {
        return ConfigTree.mixer(operator, HyenaConfig.class);
    }

    @Override
    public List<ParameterSpec> specs() {
        return config().parameters(new LinearInitializer.Alone());
    }

    @Override
    OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        HyenaConfig config = config();
        return type == DataType.DOUBLE
                ? new MapRuntime<double[], HyenaLayer>(
                        conf, type, config.referenceModule(), new Precision.Doubles(), config.dropout())
                : new MapRuntime<FloatArray, HyenaLayer>(
                        conf, type, config.map(), new Precision.Floats(), config.dropout());
    }

    @Override
    Object settings() {
        return operator;
    }
}
