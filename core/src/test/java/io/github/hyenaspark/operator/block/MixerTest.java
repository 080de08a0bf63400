package io.github.hyenaspark.operator.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.operator.conv.ConvConfig;
import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.hyena.OperatorConfigs;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.recurrent.RecurrentConfig;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.SigmoidTanh;
import io.github.hyenaspark.testing.Closeness;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every mixer owes to the block that it is in. */
class MixerTest {
    private static final long SEED = 19971115;

    /** One step, fewer steps than taps, l-max. */
    static Stream<Arguments> configsAndLengths() {
        return configsAndLengths(1, 3, 24);
    }

    /** Powers of two and their neighbours. */
    static Stream<Arguments> configsAndOtherLengths() {
        return configsAndLengths(2, 7, 8, 9, 16, 23);
    }

    private static Stream<Arguments> configsAndLengths(int... lengths) {
        return MixerConfigs.withEveryHyena().stream()
                .flatMap(config -> IntStream.of(lengths).mapToObj(length -> Arguments.of(config, length)));
    }

    /** Tiles and lanes of sums are full, and there are several. */
    static Stream<Arguments> configsAndLongRows() {
        Stream<MixerConfig> filters = Stream.of(FilterConfig.Kind.values())
                .map(kind -> OperatorConfigs.withFilter(4, 1100, OperatorConfigs.filter(kind, 6, 7, 6)));
        return Stream.concat(MixerConfigs.of(4, 1100).stream(), filters)
                .flatMap(config -> IntStream.of(512, 1030).mapToObj(length -> Arguments.of(config, length)));
    }

    @ParameterizedTest
    @MethodSource({"configsAndOtherLengths", "configsAndLongRows"})
    @Tag("process")
    void theFormThatRunsAgreesWithThePlainFormAtOtherLengths(MixerConfig config, int length) {
        theFormThatRunsAgreesWithThePlainFormForAnyThreads(config, length);
    }

    @ParameterizedTest
    @MethodSource("configsAndLengths")
    void theFormThatRunsAgreesWithThePlainFormForAnyThreads(MixerConfig config, int length) {
        Rehearsal rehearsal = rehearsal(config, 3, length);
        Rehearsal.Result plain = rehearsal.reference(config.referenceModule());
        Rehearsal.Result alone = rehearsal.floats(config.map());
        agree(alone, plain);
        for (int threads : new int[] {1, 2, 5}) {
            rehearsal.pool = ComputePool.of(threads);
            DifferentiableModule<FloatArray> map = config.map();
            haveTheSameBits(rehearsal.floats(map), alone);
            haveTheSameBits(rehearsal.floats(map), alone);
        }
    }

    private static void haveTheSameBits(Rehearsal.Result result, Rehearsal.Result expected) {
        assertThat(result.output()).containsExactly(expected.output());
        assertThat(result.inputGradient()).containsExactly(expected.inputGradient());
        expected.gradients()
                .forEach((name, found) ->
                        assertThat(result.gradients().get(name)).as(name).containsExactly(found));
    }

    private static void agree(Rehearsal.Result floats, Rehearsal.Result plain) {
        // float32 rounding through products of a few rows, gates and steps
        Closeness.check("output", floats.output(), plain.output(), 2e-5);
        Closeness.check("input gradient", floats.inputGradient(), plain.inputGradient(), 1e-4);
        plain.gradients()
                .forEach((name, expected) ->
                        Closeness.check(name, floats.gradients().get(name), expected, 2e-4));
    }

    /** Products of a step that are done in several runs of columns. */
    @ParameterizedTest
    @EnumSource(RecurrentConfig.Cell.class)
    void aWideRecurrenceAgreesWithItsPlainForm(RecurrentConfig.Cell cell) {
        MixerConfig config = new RecurrentConfig(cell, 150, 5);
        Rehearsal rehearsal = rehearsal(config, 60, 5);
        Rehearsal.Result plain = rehearsal.reference(config.referenceModule());
        agree(rehearsal.floats(config.map()), plain);
    }

    @ParameterizedTest
    @MethodSource({"configsAndLengths", "configsAndOtherLengths"})
    void outputAtTimeTIgnoresTheFuture(MixerConfig config, int length) {
        Rehearsal rehearsal = rehearsal(config, 1, length);
        for (int t : new int[] {0, length / 2, length - 1}) {
            Arrays.fill(rehearsal.outputGradient, 0);
            for (int d = 0; d < config.width(); d++) {
                rehearsal.outputGradient[d * length + t] = 1 + d;
            }
            assertCausal(rehearsal.reference(config.referenceModule()).inputGradient(), length, t, 0);
            // a transform spreads rounding errors over all steps
            assertCausal(rehearsal.floats(config.map()).inputGradient(), length, t, 1e-5);
        }
    }

    /** A transform would spread rounding errors over all steps, so these are exact zeros. */
    @ParameterizedTest
    @ValueSource(ints = {24, 512})
    void fewTapsAreSummedDirectlyWhateverTheLength(int length) {
        MixerConfig config = OperatorConfigs.usual(6, length).with(ExplicitFilter.Inner.Kind.SE, 7, 1);
        Rehearsal rehearsal = rehearsal(config, 1, length);
        Arrays.fill(rehearsal.outputGradient, 0);
        for (int d = 0; d < config.width(); d++) {
            rehearsal.outputGradient[d * length + length / 2] = 1 + d;
        }
        double[] gradient = rehearsal.floats(config.map()).inputGradient();
        assertCausal(gradient, length, length / 2, 0);
        for (int t = 0; t < length; t++) { // 7 taps, then 3 of the short filter
            assertThat(gradient[t] != 0).as("step %d", t).isEqualTo(t <= length / 2 && t >= length / 2 - 8);
        }
        assertThat(config.cost(1, length).convolutions()).isZero();
        MixerConfig medium = OperatorConfigs.usual(6, 512).with(ExplicitFilter.Inner.Kind.MR, 128, 1);
        assertThat(medium.cost(1, 512).convolutions()).isEqualTo(1);
        assertThat(medium.cost(1, 7).convolutions()).isZero();
    }

    static void assertCausal(double[] gradient, int length, int t, double tolerance) {
        double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
        assertThat(largest).isPositive();
        double present = 0;
        for (int i = 0; i < gradient.length; i++) {
            if (i % length > t) {
                assertThat(Math.abs(gradient[i])).isLessThanOrEqualTo(tolerance * largest);
            } else if (i % length == t) {
                present = Math.max(present, Math.abs(gradient[i]));
            }
        }
        assertThat(present).isPositive();
    }

    @ParameterizedTest
    @MethodSource("io.github.hyenaspark.operator.block.MixerConfigs#all")
    void theInputsGradientMayTakeThePlaceOfTheInput(MixerConfig config) {
        Rehearsal rehearsal = rehearsal(config, 2, 9);
        double[] expected = rehearsal.floats(config.map()).inputGradient();
        DifferentiableModule<FloatArray> map = config.map();
        DifferentiableModule<FloatArray> inPlace = new DifferentiableModule<>() {
            private FloatArray input = FloatArray.allocate(0);

            @Override
            public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
                input = newInput;
                map.forward(input, output, pass);
            }

            @Override
            public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
                map.backward(outputGradient, input, pass);
                inputGradient.write(0, input.toArray(), Math.toIntExact(input.length()));
            }
        };
        assertThat(rehearsal.floats(inPlace).inputGradient()).containsExactly(expected);
    }

    @ParameterizedTest
    @MethodSource("io.github.hyenaspark.operator.block.MixerConfigs#all")
    void theSameMapServesOneLengthAfterAnother(MixerConfig config) {
        DifferentiableModule<FloatArray> map = config.map();
        for (int length : List.of(24, 5, 17, 24)) {
            Rehearsal rehearsal = rehearsal(config, length % 3 + 1, length);
            assertThat(rehearsal.floats(map).output())
                    .containsExactly(rehearsal.floats(config.map()).output());
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.hyenaspark.operator.block.MixerConfigs#all")
    void aLongerInputThanLMaxIsRefused(MixerConfig config) {
        Rehearsal rehearsal = rehearsal(config, 1, 25);
        for (DifferentiableModule<?> map : List.of(config.map(), config.referenceModule())) {
            assertThatThrownBy(() -> run(rehearsal, map))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a sequence of 25 tokens is longer than l-max 24, which the model was made for;"
                            + " cut the input or train with a larger l-max");
        }
    }

    @SuppressWarnings("unchecked") // one of the two forms
    private static void run(Rehearsal rehearsal, DifferentiableModule<?> map) {
        if (map.getClass().getSimpleName().startsWith("Reference")) {
            rehearsal.reference((DifferentiableModule<double[]>) map);
        } else {
            rehearsal.floats((DifferentiableModule<FloatArray>) map);
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.hyenaspark.operator.block.MixerConfigs#all")
    void aMixerIsFoundByItsConfiguration(MixerConfig config) {
        assertThat(Mixer.of(config).configuration()).isEqualTo(config.getClass());
        if (config instanceof RecurrentConfig recurrent) {
            assertThat(Mixer.of(config).name()).isEqualTo(recurrent.cell().name());
        }
        if (config instanceof HyenaConfig.Explicit explicit) {
            assertThat(Mixer.of(config).settingName())
                    .isEqualTo(explicit.inner().settingName());
        }
    }

    @Test
    void configurationsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new RecurrentConfig(RecurrentConfig.Cell.GRU, 0, 24))
                .hasMessage("d-model: found 0, expected at least 1");
        assertThatThrownBy(() -> new RecurrentConfig(RecurrentConfig.Cell.GRU, 6, 0))
                .hasMessage("l-max: found 0, expected at least 1");
        assertThatThrownBy(() -> new ConvConfig(0, 24, 3)).hasMessage("d-model: found 0, expected at least 1");
        assertThatThrownBy(() -> new ConvConfig(6, 0, 3)).hasMessage("l-max: found 0, expected at least 1");
        assertThatThrownBy(() -> new ConvConfig(6, 24, 0))
                .hasMessage("conv.taps: found 0, expected from 1 to l-max, which is 24");
        assertThatThrownBy(() -> new ConvConfig(6, 24, 25))
                .hasMessage("conv.taps: found 25, expected from 1 to l-max, which is 24");
        HyenaConfig operator = OperatorConfigs.usual(6, 24);
        assertThatThrownBy(() -> operator.with(ExplicitFilter.Inner.Kind.SE, 0, 1))
                .hasMessage("hyena-se.taps: found 0, expected from 1 to l-max, which is 24");
        assertThatThrownBy(() -> operator.with(ExplicitFilter.Inner.Kind.MR, 25, 1))
                .hasMessage("hyena-mr.taps: found 25, expected from 1 to l-max, which is 24");
        for (int group : new int[] {0, 4, 12}) {
            assertThatThrownBy(() -> operator.with(ExplicitFilter.Inner.Kind.MR, 24, group))
                    .hasMessage("hyena-mr.group: found " + group + ", expected a divisor of 6, the channels of a head");
        }
    }

    /** Every channel's taps keep the variance of white noise, and channels reach further one after the other. */
    @Test
    void tapsStartWithSquaresThatAddUpToOne() {
        int channels = 8;
        int taps = 40;
        java.util.Random random = new java.util.Random(SEED);
        double[] squares = new double[channels];
        double[] lags = new double[channels];
        int draws = 2000;
        for (int draw = 0; draw < draws; draw++) {
            for (int i = 0; i < channels * taps; i++) {
                double tap = new Initializer.Fading(channels, taps).next(i, random);
                squares[i / taps] += tap * tap / draws;
                lags[i / taps] += tap * tap / draws * (taps - 1 - i % taps);
            }
        }
        for (int channel = 0; channel < channels; channel++) {
            // four standard deviations of a mean of draws, each of variance 2 at most
            assertThat(squares[channel]).as("channel %d", channel).isCloseTo(1, within(4 * Math.sqrt(2.0 / draws)));
        }
        assertThat(lags).isSorted();
    }

    @Test
    void explicitFiltersStartAsTheirPageSays() {
        Initializer.Linear linear = new Initializer.Linear.Alone();
        ParameterSpec.Group group = ParameterSpec.Group.FILTER;
        HyenaConfig operator = OperatorConfigs.usual(6, 200);
        assertThat(operator.with(ExplicitFilter.Inner.Kind.SE, 7, 1).parameters(linear))
                .contains(new ParameterSpec(
                        "filter.taps", List.of(6, 7), new Initializer.Uniform(1 / Math.sqrt(7)), group));
        assertThat(operator.with(ExplicitFilter.Inner.Kind.MR, 128, 3).parameters(linear))
                .contains(new ParameterSpec(
                        "filter.taps", List.of(2, 128), new Initializer.Normal(1 / Math.sqrt(128)), group));
        assertThat(operator.with(ExplicitFilter.Inner.Kind.MR, 128, 3).parameters(linear))
                .extracting(ParameterSpec::name)
                .containsExactlyElementsOf(operator.parameters(linear).stream()
                        .map(ParameterSpec::name)
                        .map(name -> name.equals("filter.0.weight") ? "filter.taps" : name)
                        .filter(name -> !name.startsWith("filter.") || name.matches("filter.(taps|direct)"))
                        .toList());
    }

    /** From nearly nothing to beyond where both functions are flat; more elements than a piece. */
    @Test
    void tanhAndTheLogisticFunctionAgreeWithJava() {
        float[] x = new float[4003];
        for (int i = 0; i < 4000; i++) {
            x[i] = (i - 2000) / 80f;
        }
        x[2000] = 1e-6f;
        x[4000] = 1e-30f;
        x[4001] = Float.POSITIVE_INFINITY;
        x[4002] = -1e30f;
        float[] tanh = x.clone();
        float[] logistic = x.clone();
        SigmoidTanh squash = new SigmoidTanh();
        squash.tanh(tanh, x.length);
        squash.logistic(logistic, x.length);
        for (int i = 0; i < x.length; i++) {
            double expected = Math.tanh(x[i]);
            assertThat((double) tanh[i]).as("tanh %s", x[i]).isCloseTo(expected, within(4e-7 * Math.abs(expected)));
            double sigmoid = 1 / (1 + Math.exp(-x[i]));
            assertThat((double) logistic[i]).as("logistic %s", x[i]).isCloseTo(sigmoid, within(1.2e-7));
        }
        float[] wrong = {Float.NaN};
        squash.tanh(wrong, 1);
        assertThat(wrong[0]).isNaN();
    }

    private static Rehearsal rehearsal(MixerConfig config, int batchSize, int length) {
        List<ParameterSpec> specs = config.parameters(new Initializer.Linear.Alone());
        return new Rehearsal(specs, config.width(), batchSize, length, SEED);
    }
}
