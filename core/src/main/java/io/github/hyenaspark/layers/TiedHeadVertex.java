package io.github.hyenaspark.layers;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The vertex of a {@link LanguageModelHeadLayer}: tells it which embedding's table makes the logits. */
public final class TiedHeadVertex extends LayerVertex {
    @JsonProperty
    private String embedding = "";

    public TiedHeadVertex() {}

    @SuppressWarnings("NullAway") // no preprocessor
    public TiedHeadVertex(NeuralNetConfiguration layerConf, String embedding) {
        super(layerConf, null);
        this.embedding = embedding;
    }

    @Override
    public GraphVertex clone() {
        return new TiedHeadVertex(getLayerConf().clone(), embedding);
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int idx,
            INDArray paramsView,
            boolean initializeParams,
            DataType networkDatatype) {
        org.deeplearning4j.nn.graph.vertex.GraphVertex vertex =
                super.instantiate(graph, name, idx, paramsView, initializeParams, networkDatatype);
        ((LanguageModelHeadLayer.HeadRuntime<?>) vertex.getLayer()).tie(graph, embedding);
        return vertex;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TiedHeadVertex vertex && super.equals(other) && embedding.equals(vertex.embedding);
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + embedding.hashCode();
    }
}
