package io.github.hyenaspark.model;

import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.layers.BlockLayer;
import io.github.hyenaspark.layers.GraphContext;
import io.github.hyenaspark.layers.OperatorLayer;
import io.github.hyenaspark.layers.TokenEmbeddingLayer;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Token embedding, blocks and a head as a {@link ComputationGraph}, which computes losses and gradients; steps are
 * taken outside, on the flat vector of P parameters. Not thread-safe.
 *
 * @param <B> what it learns from in one step
 */
public abstract class HyenaModel<B extends HyenaModel.TrainingBatch> {
    static final String EMBEDDING = "embedding";
    static final String HEAD = "head";
    private static final int PIECE = 1 << 16;

    static {
        FloatArray.liftLimits();
    }

    final ComputationGraph graph;
    private final GraphContext context;
    private float[] sum = {}; // of gradients, P elements once a batch has had several parts

    HyenaModel(ComputationGraph graph) {
        this.graph = graph;
        context = GraphContext.of(graph);
        useThreads(1);
    }

    /** Draws the parameters. */
    static ComputationGraph drawn(ComputationGraphConfiguration configuration) {
        var graph = new ComputationGraph(configuration);
        graph.init();
        return graph;
    }

    /** Leaves the parameters at 0, for those that come from elsewhere: of a large model drawing takes long. */
    static ComputationGraph blank(ComputationGraphConfiguration configuration, List<ParameterEntry> table) {
        var graph = new ComputationGraph(configuration);
        graph.init(Nd4j.create(DataType.FLOAT, 1, end(table)), false);
        return graph;
    }

    private static long end(List<ParameterEntry> table) {
        if (table.isEmpty()) {
            return 0;
        }
        ParameterEntry last = table.get(table.size() - 1);
        return last.offset() + last.size();
    }

    static NeuralNetConfiguration.Builder base(long seed, DataType type) {
        return new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(type)
                .updater(new NoOp())
                .miniBatch(false) // heads divide already
                .trainingWorkspaceMode(WorkspaceMode.ENABLED)
                .inferenceWorkspaceMode(WorkspaceMode.ENABLED);
    }

    /** The embedding and the blocks; a head comes on {@link #lastBlock}. */
    static ComputationGraphConfiguration.GraphBuilder trunk(
            NeuralNetConfiguration.Builder base, ModelConfig config, int vocabularySize, boolean tied) {
        ComputationGraphConfiguration.GraphBuilder builder = base.graphBuilder()
                .addInputs("ids")
                .addLayer(EMBEDDING, embedding(config, vocabularySize, tied), "ids");
        String below = EMBEDDING;
        List<BlockConfig> blocks = config.blocks();
        for (int number = 0; number < blocks.size(); number++) {
            String name = blockName(number);
            builder.addLayer(name, new BlockLayer(blocks.get(number), initial(config)), below);
            below = name;
        }
        return builder;
    }

    static String lastBlock(ModelConfig config) {
        return blockName(config.nLayer() - 1);
    }

    static TokenEmbeddingLayer embedding(ModelConfig config, int vocabularySize, boolean tied) {
        return new TokenEmbeddingLayer(config.embedding(vocabularySize), config.initStd(), tied);
    }

    private static Initializer.Linear.LanguageModel initial(ModelConfig config) {
        return new Initializer.Linear.LanguageModel(config.initStd(), config.nLayer());
    }

    private static String blockName(int number) {
        return "block-" + number;
    }

    static List<ParameterEntry> tableOf(
            ModelConfig config, TokenEmbeddingLayer embedding, List<ParameterSpec> headSpecs) {
        List<ParameterEntry> table = new ArrayList<>();
        append(table, EMBEDDING, embedding.specs());
        List<BlockConfig> blocks = config.blocks();
        for (int number = 0; number < blocks.size(); number++) {
            append(table, blockName(number), blocks.get(number).parameters(initial(config)));
        }
        append(table, HEAD, headSpecs);
        return List.copyOf(table);
    }

    /** How the parameters of a graph whose layers are all of ours divide into named tensors. */
    public static List<ParameterEntry> tableOf(ComputationGraph graph) {
        List<ParameterEntry> table = new ArrayList<>();
        for (org.deeplearning4j.nn.api.Layer layer : graph.getLayers()) {
            OperatorLayer configuration = (OperatorLayer) layer.conf().getLayer();
            append(table, configuration.getLayerName(), configuration.specs());
        }
        return List.copyOf(table);
    }

    private static void append(List<ParameterEntry> table, String layer, List<ParameterSpec> specs) {
        long at = end(table);
        for (ParameterSpec spec : specs) {
            table.add(new ParameterEntry(layer + "." + spec.name(), spec.shape(), at, spec.group()));
            at += spec.size();
        }
    }

    /**
     * From now on {@code threads} threads, the caller's included, compute this model; 1 at first. The bits do not
     * depend on it.
     */
    public final void useThreads(int threads) {
        context.useThreads(threads);
    }

    /** The threads that compute this model, for what else they can do between its passes. */
    public final ComputePool pool() {
        return context.pool();
    }

    /** From now on blocks keep only their inputs and compute the rest again backwards: same bits, less memory. */
    public final void recomputeBlocks() {
        context.recomputeBlocks();
    }

    /** P. */
    public final long parameterCount() {
        return graph.numParams();
    }

    /** How the flat vector of parameters divides into named tensors. */
    public final List<ParameterEntry> table() {
        return tableOf(graph);
    }

    /** A copy of the parameters θ, P elements in the order of {@link #table}. */
    public final float[] parameters() {
        return FloatArray.of(graph.params()).toArray();
    }

    /** Copies θ, P elements, into the model. */
    public final void parameters(float[] theta) {
        if (theta.length != parameterCount()) {
            throw new IllegalArgumentException("the model has " + parameterCount() + " parameters, found "
                    + theta.length + "; were they trained with other model settings?");
        }
        FloatArray.of(graph.params()).write(0, theta, theta.length);
    }

    /** How many parameters, the first ones, training leaves as they are. */
    public int frozen() {
        return 0;
    }

    /**
     * Computes the gradients of the mean loss of a batch; {@link #gradients} has them.
     *
     * @param dropoutSeed decides what dropout drops
     * @return the mean loss
     */
    public final double computeGradient(B batch, long dropoutSeed) {
        List<B> parts = parts(batch);
        if (parts.size() == 1) {
            return gradientOf(parts.get(0), dropoutSeed);
        }
        if (sum.length == 0) {
            sum = new float[Math.toIntExact(parameterCount())];
        }
        Arrays.fill(sum, 0);
        double loss = 0;
        for (int number = 0; number < parts.size(); number++) {
            B part = parts.get(number);
            double share = (double) part.countedTargets() / batch.countedTargets();
            loss += share * gradientOf(part, dropoutSeed + number * SplitMix64.GOLDEN_GAMMA);
            addGradients((float) share);
        }
        gradients().write(0, sum, sum.length);
        return loss;
    }

    private void addGradients(float share) {
        FloatArray gradients = gradients();
        float[] piece = new float[Math.min(sum.length, PIECE)];
        for (int from = 0; from < sum.length; from += PIECE) {
            int count = Math.min(PIECE, sum.length - from);
            gradients.read(from, piece, count);
            for (int i = 0; i < count; i++) {
                sum[from + i] += share * piece[i];
            }
        }
    }

    private double gradientOf(B part, long dropoutSeed) {
        context.dropoutSeed(dropoutSeed);
        graph.setInputs(inputs(part));
        graph.setLabels(labels(part));
        graph.computeGradientAndScore();
        return graph.score();
    }

    /** The gradients that {@link #computeGradient} found, P elements: the memory that it writes into next, too. */
    public final FloatArray gradients() {
        return FloatArray.of(graph.getFlattenedGradients());
    }

    /** The graph itself, for DL4J's tools. */
    public final ComputationGraph graph() {
        return graph;
    }

    /** A batch in parts that are computed one after the other, whose mean losses, by their counts, make its own. */
    abstract List<B> parts(B batch);

    /** Of one part. */
    abstract INDArray inputs(B batch);

    /** Of one part. */
    abstract INDArray labels(B batch);

    /**
     * What is read of the output of the last block, B×D×L, whose memory is then freed: the collector is in no hurry.
     */
    @SuppressWarnings("NullAway") // no masks
    final <R> R ofBlockOutput(INDArray ids, Function<INDArray, R> reading) {
        String last = graph.getConfiguration().getVertexInputs().get(HEAD).get(0);
        try (INDArray output = graph.output(List.of(last), false, new INDArray[] {ids}, null)[0]) {
            return reading.apply(output);
        }
    }

    static INDArray rows(int[] values, int rows) {
        return Nd4j.createFromArray(values).reshape('c', rows, 1, values.length / rows);
    }

    /** What a model learns from in one local step. */
    public interface TrainingBatch {
        /** How many losses its mean loss is of: tokens, or documents. */
        int countedTargets();
    }
}
