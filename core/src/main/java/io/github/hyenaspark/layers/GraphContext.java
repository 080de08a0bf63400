package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.block.Block;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.rng.Random;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How our layers compute in one graph: its own threads, dropout seed and memory. Without a context a layer is computed
 * by its caller alone and draws dropout seeds from ND4J's generator, as DL4J's own layers do.
 */
public final class GraphContext {
    private final List<OperatorRuntime<?, ?>> layers = new ArrayList<>();
    private ComputePool pool = ComputePool.alone();
    private @Nullable Random random;

    GraphContext() {}

    public static GraphContext of(ComputationGraph graph) {
        GraphContext context = new GraphContext();
        for (Layer layer : graph.getLayers()) {
            if (layer instanceof OperatorRuntime<?, ?> runtime) {
                runtime.context(context);
                context.layers.add(runtime);
            }
        }
        return context;
    }

    /** The threads that compute the graph. */
    public ComputePool pool() {
        return pool;
    }

    /** From now on {@code threads} threads, the caller's included, compute every layer, one layer at a time. */
    public void useThreads(int threads) {
        pool = ComputePool.of(threads);
    }

    public void dropoutSeed(long seed) {
        if (random == null) {
            random = Nd4j.getRandomFactory().getNewRandomInstance(seed);
        } else {
            random.setSeed(seed);
        }
    }

    long nextDropoutSeed() {
        return (random == null ? Nd4j.getRandom() : random).nextLong();
    }

    /** From now on, before the first pass, blocks of a FLOAT graph keep only their inputs: same bits, less memory. */
    public void recomputeBlocks() {
        Map<BlockConfig, Block.Recomputed> first = new HashMap<>();
        for (OperatorRuntime<?, ?> layer : layers) {
            if (layer instanceof MapRuntime<?> runtime && runtime.layerConf() instanceof BlockLayer block) {
                Block.Recomputed sibling = first.get(block.config());
                Block.Recomputed map = sibling == null ? Block.Recomputed.first(block.config()) : sibling.next();
                first.putIfAbsent(block.config(), map);
                replace(runtime, map);
            }
        }
    }

    @SuppressWarnings("unchecked") // a runtime of Floats maps FloatArrays
    private static void replace(MapRuntime<?> runtime, Block.Recomputed map) {
        if (!(runtime.precision instanceof Precision.Floats)) {
            throw new IllegalArgumentException("only FLOAT graphs recompute their blocks; this one is for checks");
        }
        ((MapRuntime<FloatArray>) runtime).replace(map);
    }
}
