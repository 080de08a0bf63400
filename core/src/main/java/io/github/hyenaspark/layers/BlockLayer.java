package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.block.Block;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** One block of the language model as one DL4J layer, which can therefore fuse its passes or recompute them. */
public final class BlockLayer extends OperatorLayer {
    @JsonProperty
    private Map<String, Object> block = Map.of();

    @JsonProperty
    private double initStd;

    @JsonProperty
    private int depth;

    public BlockLayer() {}

    public BlockLayer(BlockConfig config, Initializer.Linear.LanguageModel initial) {
        block = ConfigTree.of(config);
        setNIn(config.mixer().width());
        setNOut(config.mixer().width());
        initStd = initial.deviation();
        depth = initial.depth();
    }

    BlockConfig config() {
        return ConfigTree.block(block);
    }

    @Override
    public List<ParameterSpec> specs() {
        return config().parameters(new Initializer.Linear.LanguageModel(initStd, depth));
    }

    @Override
    OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        BlockConfig config = config();
        double dropout = Math.max(config.dropout(), config.mixer().dropout());
        return type == DataType.DOUBLE
                ? new MapRuntime<>(conf, type, new Block.Reference(config), new Precision.Doubles(), dropout)
                : new MapRuntime<>(conf, type, new Block(config), new Precision.Floats(), dropout);
    }

    @Override
    Object settings() {
        return List.of(block, initStd, depth);
    }
}
