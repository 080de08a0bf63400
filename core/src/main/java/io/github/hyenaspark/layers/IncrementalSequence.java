package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.block.Block;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.head.TiedHead;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A sequence that grows: its beginning in one pass, then token by token, T tokens in O(T log² T). Logits are those of
 * the graph up to rounding. It shares the graph's parameters, which must not change meanwhile. For one thread at a
 * time.
 */
public final class IncrementalSequence {
    private final int width;
    private final int capacity;
    private final SequenceLayer<Embedding.Floats> embedding;
    private final List<SequenceLayer<InferenceModule<FloatArray>>> blocks = new ArrayList<>();
    private final SequenceLayer<TiedHead> head;
    private final FloatArray logits;
    private final FloatArray last; // D×1
    private ComputePool pool = ComputePool.alone(); // has the memory that all parts work in
    private int length;

    private record SequenceLayer<M>(M map, Map<String, FloatArray> parameters) {}

    /**
     * An empty sequence of at most {@code capacity} tokens for a FLOAT graph of a token embedding, blocks, and a head
     * tied to it; IllegalArgumentException for another graph, or if its blocks cannot read so many tokens.
     */
    public IncrementalSequence(ComputationGraph graph, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a sequence needs room for at least one token, found " + capacity);
        }
        this.capacity = capacity;
        Layer[] layers = graph.getLayers();
        TokenEmbeddingLayer table = layer(layers[0], TokenEmbeddingLayer.class);
        width = Math.toIntExact(table.getNOut());
        int vocabularySize = Math.toIntExact(table.getNIn());
        embedding = new SequenceLayer<>(new Embedding.Floats(table.config()), parameters(layers[0]));
        for (Layer layer : Arrays.asList(layers).subList(1, layers.length - 1)) {
            Map<String, FloatArray> parameters = parameters(layer);
            ForwardContext<FloatArray> pass = pass(1, parameters);
            blocks.add(new SequenceLayer<>(
                    new Block.Incremental(layer(layer, BlockLayer.class).config(), capacity, pass), parameters));
        }
        Layer top = layers[layers.length - 1];
        layer(top, LanguageModelHeadLayer.class);
        Map<String, FloatArray> tied = new HashMap<>(parameters(top));
        embedding.parameters().forEach((name, array) -> tied.put("embedding." + name, array));
        head = new SequenceLayer<>(new TiedHead(width, vocabularySize), tied);
        logits = FloatArray.allocate(vocabularySize);
        last = FloatArray.allocate(width);
    }

    public int capacity() {
        return capacity;
    }

    public int length() {
        return length;
    }

    /**
     * Appends tokens, any number to an empty sequence, else one; the logits of the token that follows, one per token of
     * the padded vocabulary. IllegalArgumentException if there is no room for them.
     */
    public float[] append(int... ids) {
        if (ids.length == 0 || ids.length > capacity - length) {
            throw new IllegalArgumentException("expected from 1 to " + (capacity - length)
                    + " tokens, for which the sequence has room, found " + ids.length);
        }
        FloatArray activations = FloatArray.allocate((long) width * ids.length);
        embedding.map().forward(length, ids, activations, pass(ids.length, embedding.parameters()));
        for (SequenceLayer<InferenceModule<FloatArray>> block : blocks) {
            FloatArray output = FloatArray.allocate(activations.length());
            block.map().forward(activations, output, pass(ids.length, block.parameters()));
            activations.free();
            activations = output;
        }
        float[] step = new float[width];
        for (int d = 0; d < width; d++) {
            activations.read((d + 1L) * ids.length - 1, step, d, 1);
        }
        activations.free();
        last.write(0, step, width);
        if (length == 0) {
            pool = ComputePool.alone(); // steps need less memory than the beginning
        }
        length += ids.length;
        head.map().logits(last, logits, pass(1, head.parameters()));
        return logits.toArray();
    }

    private ForwardContext<FloatArray> pass(int steps, Map<String, FloatArray> parameters) {
        return new ForwardContext<>(1, steps, parameters, Map.of(), "", Dropout.OFF, pool);
    }

    private static Map<String, FloatArray> parameters(Layer layer) {
        return new Precision.Floats().view(layer.paramTable());
    }

    private static <L extends OperatorLayer> L layer(Layer runtime, Class<L> kind) {
        if (!kind.isInstance(runtime.conf().getLayer())) {
            throw new IllegalArgumentException(
                    "a sequence is read by a token embedding, blocks and a head; expected a " + kind.getSimpleName()
                            + ", found " + runtime.conf().getLayer().getClass());
        }
        return kind.cast(runtime.conf().getLayer());
    }
}
