package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.block.RecomputedBlock;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Lets the blocks of a graph trade time for memory: they keep only their inputs and share the place they compute in.
 */
public final class RecomputedBlocks {
    private RecomputedBlocks() {}

    /** Changes every {@link BlockLayer} of a FLOAT graph; results keep their bits. Do it before the first pass. */
    public static void in(ComputationGraph graph) {
        Map<BlockConfig, RecomputedBlock> first = new HashMap<>();
        for (Layer layer : graph.getLayers()) {
            if (layer instanceof MapRuntime<?, ?> runtime && runtime.layerConf() instanceof BlockLayer block) {
                RecomputedBlock sibling = first.get(block.config());
                RecomputedBlock map = sibling == null ? RecomputedBlock.first(block.config()) : sibling.next();
                first.putIfAbsent(block.config(), map);
                replace(runtime, map);
            }
        }
    }

    @SuppressWarnings("unchecked") // a runtime of Floats maps FloatArrays
    private static void replace(MapRuntime<?, ?> runtime, RecomputedBlock map) {
        if (!(runtime.precision instanceof Precision.Floats)) {
            throw new IllegalArgumentException("only FLOAT graphs recompute their blocks; this one is for checks");
        }
        ((MapRuntime<FloatArray, ?>) runtime).replace(map);
    }
}
