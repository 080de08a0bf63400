package io.github.hyenaspark.model;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.layers.IncrementalSequence;
import io.github.hyenaspark.layers.LanguageModelHeadLayer;
import io.github.hyenaspark.layers.TiedHeadVertex;
import io.github.hyenaspark.operator.head.LanguageModelHead;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A decoder-only language model of blocks as a graph: token embedding, blocks, and a head that shares the embedding's
 * table (section 4 of arXiv 2302.10866). The mean loss is in nats per counted target. Not thread-safe.
 */
public final class HyenaLanguageModel extends HyenaModel<Batch> {
    /**
     * Version of the numeric contract, docs/numerics.md: raised whenever the same settings begin to give other bits.
     * Within a version no bit depends on the machine, its Java or its threads.
     */
    public static final int NUMERIC_CONTRACT = 1;

    private HyenaLanguageModel(ComputationGraph graph) {
        super(graph);
    }

    /** A model with fresh parameters, decided by {@code seed}; {@code vocabularySize} is V before padding. */
    public static HyenaLanguageModel create(ModelConfig config, int vocabularySize, long seed) {
        return new HyenaLanguageModel(drawn(configuration(config, vocabularySize, seed, DataType.FLOAT)));
    }

    /** A model whose parameters are 0, for whoever sets them. */
    public static HyenaLanguageModel blank(ModelConfig config, int vocabularySize) {
        return new HyenaLanguageModel(
                blank(configuration(config, vocabularySize, 0, DataType.FLOAT), tableOf(config, vocabularySize)));
    }

    /** The graph's configuration, for whoever wants to build on it. */
    public static ComputationGraphConfiguration configuration(
            ModelConfig config, int vocabularySize, long seed, DataType type) {
        NeuralNetConfiguration.Builder base = base(seed, type);
        LanguageModelHeadLayer head =
                new LanguageModelHeadLayer(config.paddedVocabulary(vocabularySize), config.dModel());
        head.setLayerName(HEAD);
        NeuralNetConfiguration headConfiguration = base.clone().layer(head).build();
        return trunk(base, config, vocabularySize, true)
                .addVertex(HEAD, new TiedHeadVertex(headConfiguration, EMBEDDING), lastBlock(config))
                .setOutputs(HEAD)
                .build();
    }

    /** The kernel of the convolution in this JVM, with the lanes of its vectors; no bit depends on it. */
    public static String kernel() {
        return LongConvolution.kernelName();
    }

    /**
     * Runs convolutions of {@code length} tokens and matrix products until they are compiled, up to 3 seconds each;
     * call it before timing.
     */
    public static void warmUp(int length) {
        LongConvolution.warmUp(length);
        Matrix.warmUp();
    }

    /** The table of a model that is not made: takes no memory of its size. */
    public static List<ParameterEntry> tableOf(ModelConfig config, int vocabularySize) {
        int padded = config.paddedVocabulary(vocabularySize);
        return tableOf(
                config,
                embedding(config, vocabularySize, true),
                new LanguageModelHeadLayer(padded, config.dModel()).specs());
    }

    @Override
    List<Batch> parts(Batch batch) {
        return List.of(batch);
    }

    @Override
    INDArray inputs(Batch batch) {
        return rows(batch.ids(), batch.batchSize());
    }

    @Override
    INDArray labels(Batch batch) {
        return rows(batch.targets(), batch.batchSize());
    }

    /** The losses of a batch without dropout. */
    public LossSum lossSum(Batch batch) {
        int counted = batch.countedTargets();
        double mean = graph.score(new DataSet(inputs(batch), labels(batch)), false);
        return new LossSum(mean * counted, counted);
    }

    /** The losses of a batch by place in the sequence, without dropout. */
    public LossSum.ByPosition lossByPosition(Batch batch) {
        return LossSum.ByPosition.of(losses(batch).nats(), batch, row -> true);
    }

    /** The loss of every target of a batch, B×L, without dropout. */
    public LanguageModelHead.TargetLosses losses(Batch batch) {
        return ofBlockOutput(
                inputs(batch), output -> LanguageModelHeadLayer.losses(graph.getLayer(HEAD), output, batch.targets()));
    }

    /**
     * Has the output of the last block after the final norm read, B×D×L: what the model knows at every position. The
     * array is freed afterwards.
     */
    public void readNormedOutput(Batch batch, Consumer<FloatArray> reader) {
        INDArray normed =
                ofBlockOutput(inputs(batch), output -> LanguageModelHeadLayer.normed(graph.getLayer(HEAD), output));
        try (normed) {
            reader.accept(FloatArray.of(normed));
        }
    }

    /**
     * The logits of the token that follows {@code ids}, from 1 to l-max of them, one per token of the padded
     * vocabulary; {@link #sequence} is faster token by token.
     */
    public float[] logits(int[] ids) {
        INDArray all = graph.outputSingle(Nd4j.createFromArray(ids).reshape('c', 1, 1, ids.length));
        FloatArray rows = FloatArray.of(all); // V×L
        float[] last = new float[Math.toIntExact(rows.length() / ids.length)];
        for (int v = 0; v < last.length; v++) {
            rows.read((v + 1L) * ids.length - 1, last, v, 1);
        }
        return last;
    }

    /** An empty sequence of up to {@code capacity} tokens to read one by one, while the parameters do not change. */
    public IncrementalSequence sequence(int capacity) {
        return new IncrementalSequence(graph, capacity);
    }
}
