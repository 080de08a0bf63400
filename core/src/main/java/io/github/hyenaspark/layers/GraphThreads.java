package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.tensor.ComputePool;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Lets several threads compute the layers of this package in a graph. */
public final class GraphThreads {
    private GraphThreads() {}

    /** From now on {@code pool} computes every layer of ours, one layer at a time. */
    public static void use(ComputationGraph graph, ComputePool pool) {
        for (Layer layer : graph.getLayers()) {
            if (layer instanceof OperatorRuntime<?, ?> runtime) {
                runtime.pool(pool);
            }
        }
    }
}
