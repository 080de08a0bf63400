package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.block.Block;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.block.ReferenceBlock;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/** One block of the language model as one DL4J layer, which can therefore fuse its passes or recompute them. */
public final class BlockLayer extends OperatorLayer {
    private Map<String, Object> block = Map.of();
    private double initStd;
    private int depth;

    public BlockLayer() {}

    /** A block that starts as {@code initial} says. */
    public BlockLayer(BlockConfig config, LinearInitializer.LanguageModel initial) {
        setBlock(ConfigTree.of(config));
        initStd = initial.deviation();
        depth = initial.depth();
    }

    /** The block's configuration as JSON keeps it. */
    public Map<String, Object> getBlock() {
        return block;
    }

    public void setBlock(Map<String, Object> block) {
        this.block = block;
        setNIn(config().mixer().width());
        setNOut(config().mixer().width());
    }

    /** Standard deviation of initial weights. */
    public double getInitStd() {
        return initStd;
    }

    public void setInitStd(double initStd) {
        this.initStd = initStd;
    }

    /** Blocks of the model, which the initial values depend on. */
    public int getDepth() {
        return depth;
    }

    public void setDepth(int depth) {
        this.depth = depth;
    }

    BlockConfig config() {
        return ConfigTree.block(block);
    }

    @Override
    public List<ParameterSpec> specs() {
        return config().parameters(new LinearInitializer.LanguageModel(initStd, depth));
    }

    @Override
    OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        BlockConfig config = config();
        double dropout = Math.max(config.dropout(), config.mixer().dropout());
        return type == DataType.DOUBLE
                ? new MapRuntime<double[], BlockLayer>(
                        conf, type, new ReferenceBlock(config), new Precision.Doubles(), dropout)
                : new MapRuntime<FloatArray, BlockLayer>(
                        conf, type, new Block(config), new Precision.Floats(), dropout);
    }

    @Override
    Object settings() {
        return List.of(block, initStd, depth);
    }
}
