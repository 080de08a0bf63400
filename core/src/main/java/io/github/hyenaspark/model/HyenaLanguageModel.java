package io.github.hyenaspark.model;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.layers.BlockLayer;
import io.github.hyenaspark.layers.GraphContext;
import io.github.hyenaspark.layers.IncrementalSequence;
import io.github.hyenaspark.layers.LanguageModelHeadLayer;
import io.github.hyenaspark.layers.OperatorLayer;
import io.github.hyenaspark.layers.TiedHeadVertex;
import io.github.hyenaspark.layers.TokenEmbeddingLayer;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.head.LanguageModelHead;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * A decoder-only language model of blocks as a {@link ComputationGraph}: token embedding, blocks, and a head that
 * shares the embedding's table (section 4 of arXiv 2302.10866). The graph computes losses and gradients; steps are
 * taken outside, on the flat vector of P parameters. Not thread-safe.
 */
public final class HyenaLanguageModel {
    private static final String EMBEDDING = "embedding";
    private static final String HEAD = "head";
    /** Raised whenever the same settings on the same machine begin to give other bits. */
    private static final int ARITHMETIC = 3;

    private final ComputationGraph graph;
    private final GraphContext context;

    private HyenaLanguageModel(ComputationGraph graph) {
        this.graph = graph;
        context = GraphContext.of(graph);
    }

    /** A model with fresh parameters, decided by {@code seed}; {@code vocabularySize} is V before padding. */
    public static HyenaLanguageModel create(ModelConfig config, int vocabularySize, long seed) {
        ComputationGraph graph = new ComputationGraph(configuration(config, vocabularySize, seed, DataType.FLOAT));
        graph.init();
        HyenaLanguageModel model = new HyenaLanguageModel(graph);
        model.useThreads(1);
        return model;
    }

    /** The graph's configuration, for whoever wants to build on it. */
    public static ComputationGraphConfiguration configuration(
            ModelConfig config, int vocabularySize, long seed, DataType type) {
        int padded = config.paddedVocabulary(vocabularySize);
        LinearInitializer.LanguageModel initial = initial(config);
        NeuralNetConfiguration.Builder base = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(type)
                .updater(new NoOp())
                .miniBatch(false) // the head divides by tokens already
                .trainingWorkspaceMode(WorkspaceMode.ENABLED)
                .inferenceWorkspaceMode(WorkspaceMode.ENABLED);
        LanguageModelHeadLayer head = new LanguageModelHeadLayer(padded, config.dModel());
        head.setLayerName(HEAD);
        NeuralNetConfiguration headConfiguration = base.clone().layer(head).build();
        ComputationGraphConfiguration.GraphBuilder builder =
                base.graphBuilder().addInputs("ids").addLayer(EMBEDDING, embedding(config, vocabularySize), "ids");
        String below = EMBEDDING;
        List<BlockConfig> blocks = config.blocks();
        for (int number = 0; number < blocks.size(); number++) {
            String name = blockName(number);
            builder.addLayer(name, new BlockLayer(blocks.get(number), initial), below);
            below = name;
        }
        return builder.addVertex(HEAD, new TiedHeadVertex(headConfiguration, EMBEDDING), below)
                .setOutputs(HEAD)
                .build();
    }

    /** What the bits of results depend on in this JVM: the convolution kernel, and the version of all other loops. */
    public static String arithmetic() {
        return "convolution " + LongConvolution.kernelName() + ", arithmetic " + ARITHMETIC;
    }

    /** Runs convolutions of {@code length} tokens until they are compiled, up to 3 seconds; call it before timing. */
    public static void warmUp(int length) {
        LongConvolution.warmUp(length);
    }

    /**
     * From now on {@code threads} threads, the caller's included, compute this model; 1 at first. Bits depend on it.
     * OpenBLAS itself is held to one thread in the whole JVM.
     */
    public void useThreads(int threads) {
        context.useThreads(threads);
    }

    /** The threads that compute this model, for what else they can do between its passes. */
    public ComputePool pool() {
        return context.pool();
    }

    /** From now on blocks keep only their inputs and compute the rest again backwards: same bits, less memory. */
    public void recomputeBlocks() {
        context.recomputeBlocks();
    }

    /** P. */
    public long parameterCount() {
        return graph.numParams();
    }

    /** How the flat vector of parameters divides into named tensors. */
    public List<ParameterEntry> table() {
        return tableOf(graph);
    }

    /** The same for any graph whose layers are all of ours. */
    public static List<ParameterEntry> tableOf(ComputationGraph graph) {
        List<ParameterEntry> table = new ArrayList<>();
        for (org.deeplearning4j.nn.api.Layer layer : graph.getLayers()) {
            OperatorLayer configuration = (OperatorLayer) layer.conf().getLayer();
            append(table, configuration.getLayerName(), configuration.specs());
        }
        return List.copyOf(table);
    }

    /** The same for a model that is not made: takes no memory of its size. */
    public static List<ParameterEntry> tableOf(ModelConfig config, int vocabularySize) {
        int padded = config.paddedVocabulary(vocabularySize);
        List<ParameterEntry> table = new ArrayList<>();
        append(table, EMBEDDING, embedding(config, vocabularySize).specs());
        List<BlockConfig> blocks = config.blocks();
        for (int number = 0; number < blocks.size(); number++) {
            append(table, blockName(number), blocks.get(number).parameters(initial(config)));
        }
        append(table, HEAD, new LanguageModelHeadLayer(padded, config.dModel()).specs());
        return List.copyOf(table);
    }

    private static void append(List<ParameterEntry> table, String layer, List<ParameterSpec> specs) {
        ParameterEntry last = table.isEmpty() ? null : table.get(table.size() - 1);
        long at = last == null ? 0 : last.offset() + last.size();
        for (ParameterSpec spec : specs) {
            table.add(new ParameterEntry(layer + "." + spec.name(), spec.shape(), at, spec.group()));
            at += spec.size();
        }
    }

    private static TokenEmbeddingLayer embedding(ModelConfig config, int vocabularySize) {
        return new TokenEmbeddingLayer(config.embedding(vocabularySize), config.initStd(), true);
    }

    private static LinearInitializer.LanguageModel initial(ModelConfig config) {
        return new LinearInitializer.LanguageModel(config.initStd(), config.nLayer());
    }

    private static String blockName(int number) {
        return "block-" + number;
    }

    /** A copy of the parameters θ, P elements in the order of {@link #table}. */
    public float[] parameters() {
        return FloatArray.of(graph.params()).toArray();
    }

    /** Copies θ, P elements, into the model. */
    public void parameters(float[] theta) {
        if (theta.length != parameterCount()) {
            throw new IllegalArgumentException("the model has " + parameterCount() + " parameters, found "
                    + theta.length + "; were they trained with other model settings?");
        }
        FloatArray.of(graph.params()).write(0, theta, theta.length);
    }

    /**
     * Computes the gradients of the mean loss over the counted targets of a batch; {@link #gradient} has them.
     *
     * @param dropoutSeed decides what dropout drops
     * @return the mean loss, nats per counted target
     */
    public double computeGradient(Batch batch, long dropoutSeed) {
        context.dropoutSeed(dropoutSeed);
        graph.setInputs(array(batch.ids(), batch));
        graph.setLabels(array(batch.targets(), batch));
        graph.computeGradientAndScore();
        return graph.score();
    }

    /** Copies the gradients that {@link #computeGradient} found, P elements. */
    public void gradient(float[] gradient) {
        FloatArray.of(graph.getFlattenedGradients()).read(0, gradient, gradient.length);
    }

    /** The losses of a batch without dropout. */
    public LossSum lossSum(Batch batch) {
        int counted = batch.countedTargets();
        double mean = graph.score(new DataSet(array(batch.ids(), batch), array(batch.targets(), batch)), false);
        return new LossSum(mean * counted, counted);
    }

    /** The losses of a batch by place in the sequence, without dropout. */
    public LossByPosition lossByPosition(Batch batch) {
        return LossByPosition.of(losses(batch).nats(), batch, row -> true);
    }

    /** The loss of every target of a batch, B×L, without dropout. */
    public LanguageModelHead.TargetLosses losses(Batch batch) {
        return LanguageModelHeadLayer.losses(graph.getLayer(HEAD), blockOutput(batch), batch.targets());
    }

    /** The output of the last block after the final norm, B×D×L: what the model knows at every position. */
    public FloatArray normedOutput(Batch batch) {
        return FloatArray.of(LanguageModelHeadLayer.normed(graph.getLayer(HEAD), blockOutput(batch)));
    }

    @SuppressWarnings("NullAway") // no masks
    private INDArray blockOutput(Batch batch) {
        String last = graph.getConfiguration().getVertexInputs().get(HEAD).get(0);
        INDArray[] ids = {array(batch.ids(), batch)};
        return graph.output(List.of(last), false, ids, null)[0];
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

    /** The graph itself, for DL4J's tools. */
    public ComputationGraph graph() {
        return graph;
    }

    private static INDArray array(int[] values, Batch batch) {
        return Nd4j.createFromArray(values).reshape('c', batch.batchSize(), 1, batch.length());
    }
}
