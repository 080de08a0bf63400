package io.github.hyenaspark.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.block.MixerConfigs;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.hyena.OperatorConfigs;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.recurrent.RecurrentConfig;
import io.github.hyenaspark.testing.Closeness;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class LayersTest {
    private static final int VOCABULARY = 7;
    private static final int LENGTH = 11;
    private static final long SEED = 17;

    @BeforeEach
    void double64() {
        Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    }

    @AfterEach
    void float32() {
        Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
    }

    static List<HyenaConfig> smooth() {
        return OperatorConfigs.all().stream()
                .filter(config -> config.activation() != io.github.hyenaspark.operator.tensor.Activation.RELU)
                .toList();
    }

    /** One of each kind. */
    static List<MixerConfig> kinds() {
        Set<Object> known = new HashSet<>();
        return MixerConfigs.all().stream()
                .filter(config -> known.add(kind(config)))
                .toList();
    }

    static List<MixerConfig> others() {
        List<MixerConfig> others = new ArrayList<>(MixerConfigs.all());
        others.removeAll(kinds());
        return others;
    }

    private static Object kind(MixerConfig config) {
        if (config instanceof RecurrentConfig recurrent) {
            return recurrent.cell();
        }
        return config instanceof HyenaConfig.Explicit explicit ? explicit.inner() : config.getClass();
    }

    @ParameterizedTest
    @MethodSource("smooth")
    @Tag("process")
    void gradientsOfTheOperatorInSomebodysGraphAreRight(HyenaConfig config) {
        ComputationGraph graph = somebodysGraph(config, DataType.DOUBLE);
        Random random = new Random(SEED);
        INDArray input = uniform(random, 2, config.width(), LENGTH);
        check(graph, input, classes(random));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void gradientsOfEmbeddingBlockAndTiedHeadAreRight(MixerConfig config) {
        ComputationGraph graph = languageModel(config, DataType.DOUBLE);
        INDArray targets = ids(2);
        targets.putScalar(3, -100);
        check(graph, ids(1), targets);
    }

    @ParameterizedTest
    @MethodSource("others")
    @Tag("process")
    void gradientsOfOtherBlocksAreRight(MixerConfig config) {
        gradientsOfEmbeddingBlockAndTiedHeadAreRight(config);
    }

    /** Hyena's options, which the first test here checks alone, in a block as well. */
    @ParameterizedTest
    @MethodSource("smooth")
    @Tag("process")
    void gradientsOfEveryHyenaInABlockAreRight(HyenaConfig config) {
        gradientsOfEmbeddingBlockAndTiedHeadAreRight(config);
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfAnEmbeddingWithATableOfItsOwnAreRight(Embedding.Positions positions) {
        ComputationGraph graph = new ComputationGraph(base(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("ids")
                .addLayer("embedding", new TokenEmbeddingLayer(embedding(4, 0.2, positions), 0.5, false), "ids")
                .addLayer("out", output(4), "embedding")
                .setOutputs("out")
                .build());
        graph.init();
        check(graph, ids(1), classes(new Random(SEED)));
    }

    private static void check(ComputationGraph graph, INDArray input, INDArray labels) {
        // central differences of step 1e-5 are good to about 1e-10 / |gradient| + 1e-10
        assertThat(GradientCheckUtil.checkGradients(new GradientCheckUtil.GraphConfig()
                        .net(graph)
                        .inputs(new INDArray[] {input})
                        .labels(new INDArray[] {labels})
                        .epsilon(1e-5)
                        .maxRelError(1e-4)
                        .minAbsoluteError(1e-8)
                        .callEachIter(each -> Nd4j.getRandom().setSeed(SEED))
                        .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)))
                .isTrue();
    }

    @Test
    void jsonKeepsTheWholeConfiguration() {
        for (HyenaConfig config : OperatorConfigs.all()) {
            assertKept(somebodysGraph(config, DataType.FLOAT));
        }
        for (MixerConfig config : MixerConfigs.withEveryHyena()) {
            assertKept(languageModel(config, DataType.FLOAT));
        }
        for (Embedding.Positions positions : Embedding.Positions.values()) {
            assertKept(languageModel(MixerConfigs.all().get(0), positions, DataType.FLOAT));
        }
    }

    private static void assertKept(ComputationGraph graph) {
        ComputationGraphConfiguration read =
                ComputationGraphConfiguration.fromJson(graph.getConfiguration().toJson());
        assertThat(read.toJson()).isEqualTo(graph.getConfiguration().toJson());
        assertThat(read).isEqualTo(graph.getConfiguration());
    }

    @ParameterizedTest
    @MethodSource("io.github.hyenaspark.operator.block.MixerConfigs#all")
    void aBlockReadFromJsonHasItsMixer(MixerConfig config) {
        BlockConfig block = new BlockConfig(config, 9, 0.1);
        assertThat(ConfigTree.block(ConfigTree.of(block))).isEqualTo(block);
    }

    /** The form that runs adds the positions of the plain form, and moves their gradients as it does. */
    @ParameterizedTest
    @EnumSource
    void positionsOfBothFormsAgree(Embedding.Positions positions) {
        MixerConfig config = MixerConfigs.all().get(0);
        ComputationGraph plain = languageModel(config, positions, DataType.DOUBLE);
        ComputationGraph floats = languageModel(config, positions, DataType.FLOAT);
        plain.params().assign(floats.params().castTo(DataType.DOUBLE));
        INDArray expected = gradient(plain).reshape(plain.numParams());
        double[] found = gradient(floats)
                .castTo(DataType.DOUBLE)
                .reshape(plain.numParams())
                .toDoubleVector();
        Closeness.check("gradients", found, expected.toDoubleVector(), 1e-5);
    }

    @Test
    void aSavedModelComputesTheSame() throws IOException {
        for (MixerConfig config : MixerConfigs.withEveryHyena()) {
            savedComputesTheSame(languageModel(config, DataType.FLOAT));
        }
    }

    private static void savedComputesTheSame(ComputationGraph graph) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ModelSerializer.writeModel(graph, bytes, true);
        ComputationGraph read =
                ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(bytes.toByteArray()), true);
        assertThat(read.params()).isEqualTo(graph.params());
        assertThat(read.outputSingle(ids(1))).isEqualTo(graph.outputSingle(ids(1)));
        assertThat(gradient(read)).isEqualTo(gradient(graph));
    }

    @Test
    void aClonedConfigurationStillTiesItsHead() {
        ComputationGraphConfiguration configuration =
                languageModel(OperatorConfigs.all().get(0), DataType.FLOAT).getConfiguration();
        ComputationGraph graph = new ComputationGraph(configuration.clone());
        graph.init();
        assertThat(graph.outputSingle(ids(1)).shape()).containsExactly(2, VOCABULARY, LENGTH);
    }

    @Test
    void everyKindOfIdsGivesTheSameOutput() {
        ComputationGraph graph = languageModel(OperatorConfigs.all().get(0), DataType.FLOAT);
        INDArray expected = graph.outputSingle(ids(1)).dup();
        assertThat(graph.outputSingle(ids(1).castTo(DataType.FLOAT))).isEqualTo(expected);
        assertThat(graph.outputSingle(ids(1).reshape(2, LENGTH))).isEqualTo(expected);
        assertThat(graph.outputSingle(ids(1).dup('f'))).isEqualTo(expected);
    }

    @Test
    void dropoutActsInTrainingOnlyAndFollowsTheSeed() {
        HyenaConfig config = OperatorConfigs.all().get(4);
        assertThat(config.dropout()).isPositive();
        ComputationGraph graph = languageModel(config, DataType.FLOAT);
        assertThat(graph.outputSingle(ids(1)).dup()).isEqualTo(graph.outputSingle(ids(1)));
        Nd4j.getRandom().setSeed(1);
        INDArray first = graph.outputSingle(true, ids(1)).dup();
        Nd4j.getRandom().setSeed(1);
        assertThat(graph.outputSingle(true, ids(1))).isEqualTo(first);
        Nd4j.getRandom().setSeed(2);
        assertThat(graph.outputSingle(true, ids(1))).isNotEqualTo(first);
    }

    @Test
    void wrongInputsAreRefused() {
        HyenaConfig config = OperatorConfigs.all().get(0);
        ComputationGraph graph = languageModel(config, DataType.FLOAT);
        assertThatThrownBy(() -> graph.outputSingle(Nd4j.createFromArray(new int[][] {{1, 7}})))
                .hasMessageContaining("token id 7 is outside the vocabulary of 7");
        assertThatThrownBy(() ->
                        somebodysGraph(config, DataType.FLOAT).outputSingle(Nd4j.zeros(DataType.FLOAT, 2, 5, LENGTH)))
                .hasMessageContaining("expected activations of shape [batch, 6, length], found [2, 5, 11]");
        assertThatThrownBy(
                        () -> somebodysGraph(config, DataType.FLOAT).outputSingle(Nd4j.zeros(DataType.FLOAT, 2, 6, 25)))
                .hasMessageContaining("a sequence of 25 tokens is longer than l-max 24");
        assertThatThrownBy(() -> somebodysGraph(config, DataType.FLOAT16))
                .hasMessageContaining("the layers run in FLOAT, and in DOUBLE for checks, found HALF");
    }

    private static INDArray gradient(ComputationGraph graph) {
        Nd4j.getRandom().setSeed(SEED);
        graph.setInputs(ids(1));
        graph.setLabels(ids(2));
        graph.computeGradientAndScore();
        return graph.getFlattenedGradients();
    }

    private static INDArray ids(long seed) {
        int[] ids = new Random(seed).ints(2L * LENGTH, 0, VOCABULARY).toArray();
        return Nd4j.createFromArray(ids).reshape(2, 1, LENGTH);
    }

    private static INDArray uniform(Random random, int... shape) {
        int size = IntStream.of(shape).reduce(1, Math::multiplyExact);
        return Nd4j.createFromArray(random.doubles(size, -1, 1).toArray()).reshape(shape);
    }

    /** DL4J's own classifier of every step, three classes. */
    private static RnnOutputLayer output(int width) {
        return new RnnOutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nIn(width)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .dataFormat(RNNFormat.NCW)
                .build();
    }

    private static INDArray classes(Random random) {
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, 2, 3, LENGTH);
        for (int i = 0; i < 2 * LENGTH; i++) {
            labels.putScalar(i / LENGTH, random.nextInt(3), i % LENGTH, 1);
        }
        return labels;
    }

    private static ComputationGraph somebodysGraph(HyenaConfig config, DataType type) {
        ComputationGraph graph = new ComputationGraph(base(type)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hyena", new HyenaLayer(config), "in")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "in", "hyena")
                .addLayer("out", output(config.width()), "sum")
                .setOutputs("out")
                .build());
        graph.init();
        return graph;
    }

    private static Embedding.Config embedding(int width, double dropout, Embedding.Positions positions) {
        return new Embedding.Config(VOCABULARY, width, 24, positions, dropout);
    }

    private static ComputationGraph languageModel(MixerConfig config, DataType type) {
        return languageModel(config, Embedding.Positions.NONE, type);
    }

    private static ComputationGraph languageModel(MixerConfig config, Embedding.Positions positions, DataType type) {
        LanguageModelHeadLayer head = new LanguageModelHeadLayer(VOCABULARY, config.width());
        head.setLayerName("head");
        NeuralNetConfiguration headConfiguration = base(type).layer(head).build();
        BlockLayer block = new BlockLayer(
                new BlockConfig(config, 9, config.dropout()), new Initializer.Linear.LanguageModel(0.4, 1));
        ComputationGraph graph = new ComputationGraph(base(type)
                .graphBuilder()
                .addInputs("ids")
                .addLayer(
                        "embedding",
                        new TokenEmbeddingLayer(embedding(config.width(), config.dropout(), positions), 0.5, true),
                        "ids")
                .addLayer("block", block, "embedding")
                .addVertex("head", new TiedHeadVertex(headConfiguration, "embedding"), "block")
                .setOutputs("head")
                .build());
        graph.init();
        return graph;
    }

    private static NeuralNetConfiguration.Builder base(DataType type) {
        return new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .dataType(type)
                .updater(new NoOp())
                .miniBatch(false);
    }
}
