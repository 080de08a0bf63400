package io.github.hyenaspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.operator.head.LabelHead;
import io.github.hyenaspark.operator.head.LabelHead.Labels;
import io.github.hyenaspark.operator.head.LabelHead.Pooling;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.MomentLayout;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

final class LabelModelTest {
    private static final int VOCABULARY = 6;
    private static final int LENGTH = 5;
    private static final Settings SETTINGS = Settings.load(List.of(
            "model.d-model=4",
            "model.n-layer=2",
            "model.l-max=" + LENGTH,
            "model.vocab-multiple=1",
            "model.init-std=0.4",
            "model.filter.width=4",
            "model.filter.sin-freq=1", // a gentle curve, of which differences are good
            "model.filter.emb=3",
            "train.optimizer=muon",
            "train.warmup-steps=0",
            "train.weight-decay=0.1"));

    @AfterEach
    void float32() {
        Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
    }

    private static LabelModel.Spec spec(Task task, Pooling pooling, int readings, int trainedLayers) {
        var head = new LabelHead(task, task == Task.REGRESSION ? 2 : 3, pooling, readings == 2 ? 2 : 1, readings, 0);
        return new LabelModel.Spec(SETTINGS.bind("model", ModelConfig.class), VOCABULARY, head, trainedLayers);
    }

    /** Two documents, the second reading of one shorter than the batch. */
    private static LabelledBatch batch(LabelModel.Spec spec) {
        Random random = new Random(3);
        int sequences = 2 * spec.head().readings();
        int[] ids = random.ints((long) sequences * LENGTH, 0, VOCABULARY).toArray();
        int[] lengths = new int[sequences];
        Arrays.fill(lengths, LENGTH);
        lengths[sequences - 1] = 3;
        double[] targets = switch (spec.head().task()) {
            case CLASSIFICATION -> new double[] {2, 0};
            case REGRESSION -> new double[] {0.3, -1, 1.2, 0.4};
            case TAGGING -> new double[] {0, 1, 1, 1, 0, 0};
        };
        return new LabelledBatch(ids, new Labels(lengths, targets, new double[] {1.5, 0.5}));
    }

    @ParameterizedTest
    @CsvSource({"CLASSIFICATION, MEAN, 1", "REGRESSION, LAST, 2", "TAGGING, MAX, 1", "TAGGING, ATTENTION, 1"})
    @Tag("process")
    void otherGradientsAreThoseOfDifferences(Task task, Pooling pooling, int readings) {
        gradientsAreThoseOfDifferences(task, pooling, readings);
    }

    @ParameterizedTest
    @CsvSource("CLASSIFICATION, ATTENTION, 2")
    void gradientsAreThoseOfDifferences(Task task, Pooling pooling, int readings) {
        LabelModel.Spec spec = spec(task, pooling, readings, 2);
        LabelModel model = LabelModel.create(spec, 1);
        Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
        ComputationGraph doubles = new ComputationGraph(LabelModel.configuration(spec, 1, DataType.DOUBLE));
        doubles.init();
        if (pooling == Pooling.ATTENTION) {
            Objects.requireNonNull(doubles.paramTable().get("head_query"))
                    .assign(Nd4j.createFromArray(0.5, -1.0, 0.25, 2.0));
        }
        INDArray ids = model.inputs(batch(spec));
        INDArray labels = model.labels(batch(spec)).castTo(DataType.DOUBLE);
        assertThat(GradientCheckUtil.checkGradients(new GradientCheckUtil.GraphConfig()
                        .net(doubles)
                        .inputs(new INDArray[] {ids})
                        .labels(new INDArray[] {labels})
                        .epsilon(1e-5)
                        .maxRelError(1e-4)
                        .minAbsoluteError(1e-8)
                        .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)))
                .isTrue();
    }

    /** The loss in floats is what its definition says of the outputs, which the doubles have too. */
    @ParameterizedTest
    @CsvSource({"CLASSIFICATION, MEAN", "REGRESSION, LAST", "TAGGING, MAX"})
    void lossIsOfTheOutputs(Task task, Pooling pooling) {
        LabelModel.Spec spec = spec(task, pooling, 2, 2);
        LabelModel model = LabelModel.create(spec, 1);
        double[][] out = model.outputs(batch(spec));
        double[] targets = batch(spec).labels().targets();
        double[] losses = new double[2];
        for (int b = 0; b < 2; b++) {
            double[] own = out[b];
            int width = own.length;
            if (task == Task.CLASSIFICATION) {
                double sum = Arrays.stream(own).map(Math::exp).sum();
                losses[b] = -Math.log(Math.exp(own[(int) targets[b]]) / sum);
            }
            for (int t = 0; t < width && task != Task.CLASSIFICATION; t++) {
                double y = targets[b * width + t];
                double p = 1 / (1 + Math.exp(-own[t]));
                losses[b] += task == Task.REGRESSION
                        ? (own[t] - y) * (own[t] - y) / width
                        : -(y * Math.log(p) + (1 - y) * Math.log(1 - p)) / width;
            }
        }
        double expected = (1.5 * losses[0] + 0.5 * losses[1]) / 2;
        assertThat(model.lossSum(batch(spec)).mean()).isCloseTo(expected, within(1e-5));
        assertThat(model.computeGradient(batch(spec), 1)).isCloseTo(expected, within(1e-5));
    }

    /** What lies behind a sequence's length is of no consequence. */
    @ParameterizedTest
    @CsvSource({"MEAN", "LAST", "MAX", "ATTENTION"})
    void paddingCountsNowhere(Pooling pooling) {
        LabelModel.Spec spec = spec(Task.CLASSIFICATION, pooling, 1, 2);
        LabelModel model = LabelModel.create(spec, 1);
        LabelledBatch batch = batch(spec);
        int[] others = batch.ids().clone();
        Arrays.fill(others, others.length - 2, others.length, (batch.ids()[others.length - 1] + 1) % VOCABULARY);
        double[][] expected = model.outputs(batch);
        double[][] found = model.outputs(new LabelledBatch(others, batch.labels()));
        for (int document = 0; document < expected.length; document++) {
            // long convolutions by Fourier transforms round what comes later into what came before
            assertThat(found[document]).containsExactly(expected[document], within(1e-6));
        }
        others[0] = (others[0] + 1) % VOCABULARY;
        assertThat(model.outputs(new LabelledBatch(others, batch.labels()))[0]).isNotEqualTo(expected[0]);
    }

    /** Short documents are not computed at the length of the longest, and the gradient is that of the whole batch. */
    @ParameterizedTest
    @CsvSource({"MEAN, 1", "MAX, 2"})
    void aBatchOfManyLengthsIsTheSumOfItsParts(Pooling pooling, int readings) {
        var head = new LabelHead(Task.CLASSIFICATION, 3, pooling, 1, readings, 0);
        ModelConfig longer = SETTINGS.with(List.of("model.l-max=100")).bind("model", ModelConfig.class);
        LabelModel model = LabelModel.create(new LabelModel.Spec(longer, VOCABULARY, head, 2), 1);
        int[] tokens = {70, 9, 100, 31, 65};
        int[] lengths = Arrays.stream(tokens)
                .flatMap(length -> IntStream.range(0, readings).map(reading -> length))
                .toArray();
        int[] ids = new Random(5).ints(lengths.length * 100L, 0, VOCABULARY).toArray();
        double[] weights = {1, 2, 0.5, 1.5, 1};
        var batch = new LabelledBatch(ids, new Labels(lengths, new double[] {0, 1, 2, 1, 0}, weights));
        assertThat(batch.parts().stream().map(part -> Arrays.toString(part.documents())))
                .containsExactly("[1, 3]", "[0, 4]", "[2]");
        assertThat(batch.parts().stream().map(part -> part.batch().ids().length))
                .containsExactly(2 * readings * 32, 2 * readings * 96, readings * 100);

        model.graph().setInputs(model.inputs(batch));
        model.graph().setLabels(model.labels(batch));
        model.graph().computeGradientAndScore();
        double loss = model.graph().score();
        float[] expected = model.gradients().toArray();
        assertThat(model.computeGradient(batch, 1)).isCloseTo(loss, within(1e-5));
        assertThat(model.lossSum(batch).mean()).isCloseTo(loss, within(1e-5));
        assertThat(model.gradients().toArray()).containsExactly(expected, within(1e-5f));

        double[][] outputs = model.outputs(batch);
        for (LabelledBatch.Part part : batch.parts()) {
            double[][] alone = model.outputs(part.batch());
            for (int i = 0; i < alone.length; i++) {
                assertThat(outputs[part.documents()[i]]).containsExactly(alone[i]);
            }
        }
    }

    @Test
    void aBlankModelIsWhatItsParametersMakeIt() {
        LabelModel.Spec spec = spec(Task.CLASSIFICATION, Pooling.ATTENTION, 2, 1);
        LabelModel drawn = LabelModel.create(spec, 1);
        LabelModel blank = LabelModel.blank(spec);
        assertThat(blank.parameters()).containsOnly(0).hasSameSizeAs(drawn.parameters());
        assertThat(blank.frozen()).isEqualTo(drawn.frozen());
        blank.parameters(drawn.parameters());
        assertThat(blank.outputs(batch(spec))).isDeepEqualTo(drawn.outputs(batch(spec)));
    }

    @Test
    void onlyTheLastLayersAreTrained() {
        LabelModel.Spec spec = spec(Task.CLASSIFICATION, Pooling.MEAN, 1, 1);
        LabelModel model = LabelModel.create(spec, 1);
        TrainConfig config = SETTINGS.bind("train", TrainConfig.class);
        var step = new LocalTrainer.Step<>(model, config);
        float[] before = model.parameters();
        long moments = MomentLayout.of(config.optimizer(), model.table()).secondMoments();
        TrainingState state = step.begin(TrainingState.first(before, Math.toIntExact(moments), config.innerState()));
        step.take(state, batch(spec), 0, 0, 1);
        for (ParameterEntry entry : model.table()) {
            int from = Math.toIntExact(entry.offset());
            int to = from + Math.toIntExact(entry.size());
            boolean moved = !Arrays.equals(state.theta(), from, to, before, from, to);
            boolean frozen =
                    entry.name().startsWith("embedding.") || entry.name().startsWith("block-0.");
            if (frozen) {
                assertThat(moved).as(entry.name()).isFalse();
            }
        }
        assertThat(state.theta()).isNotEqualTo(before);
    }

    @Test
    void aLanguageModelsParametersAreTakenByName() {
        LabelModel.Spec spec = spec(Task.CLASSIFICATION, Pooling.MEAN, 1, 2);
        HyenaLanguageModel language = HyenaLanguageModel.create(spec.config(), VOCABULARY, 9);
        LabelModel model = LabelModel.create(spec, 1);
        float[] begin = model.beginningWith(language.table(), language.parameters());
        model.parameters(begin);
        ParameterEntry last = model.table().get(model.table().size() - 1);
        assertThat(last.name()).isEqualTo("head.output.bias");
        int shared = Math.toIntExact(language.parameterCount());
        assertThat(Arrays.copyOf(begin, shared)).isEqualTo(language.parameters());
        ModelConfig wider = Settings.load(List.of("model.d-model=8", "model.n-layer=2", "model.l-max=5"))
                .bind("model", ModelConfig.class);
        HyenaLanguageModel other = HyenaLanguageModel.create(wider, VOCABULARY, 9);
        assertThatThrownBy(() -> model.beginningWith(other.table(), other.parameters()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("embedding.weight")
                .hasMessageContaining("[6, 4]");
    }

    @Test
    void jsonKeepsTheWholeConfiguration() {
        ComputationGraphConfiguration configuration =
                LabelModel.configuration(spec(Task.TAGGING, Pooling.ATTENTION, 2, 1), 1, DataType.FLOAT);
        assertThat(ComputationGraphConfiguration.fromJson(configuration.toJson()))
                .isEqualTo(configuration);
    }
}
