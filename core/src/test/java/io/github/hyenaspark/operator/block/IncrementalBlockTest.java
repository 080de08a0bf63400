package io.github.hyenaspark.operator.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.operator.attention.AttentionConfig;
import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.hyena.OperatorConfigs;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.testing.Closeness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IncrementalBlockTest {
    private static final long SEED = 20241012;

    /** Every mixer and option of the operator; beginnings shorter and longer than the short filter, and the whole. */
    static Stream<Arguments> configsAndBeginnings() {
        return MixerConfigs.withEveryHyena().stream()
                .flatMap(config ->
                        IntStream.of(1, 2, 3, 4, 5, 9, 23, 24).mapToObj(first -> Arguments.of(config, first)));
    }

    @ParameterizedTest
    @MethodSource("configsAndBeginnings")
    void aSequenceThatGrowsHasTheOutputsOfTheWhole(MixerConfig mixer, int first) {
        agrees(mixer, first, 24);
    }

    /** Blocks of the incremental convolution of several sizes, and a capacity below l-max. */
    @ParameterizedTest
    @Tag("process")
    @ValueSource(ints = {1, 64, 300, 513})
    void aLongSequenceThatGrowsHasTheOutputsOfTheWhole(int first) {
        MixerConfigs.of(4, 1100).forEach(mixer -> agrees(mixer, first, 700));
        agrees(OperatorConfigs.withEveryFilterOption(4, 1100), first, 700);
        agrees(new AttentionConfig(4, 1100, 2, true), first, 700);
    }

    private static void agrees(MixerConfig mixer, int first, int capacity) {
        BlockConfig config = new BlockConfig(mixer, 10, 0);
        int width = mixer.width();
        Rehearsal rehearsal = rehearsal(config, capacity);
        double[] expected = new double[rehearsal.input.length];
        new Block.Reference(config)
                .forward(rehearsal.input, expected, ForwardContext.of(1, capacity, rehearsal.parameters, Map.of()));
        Map<String, FloatArray> parameters = parameters(rehearsal);
        InferenceModule<FloatArray> incremental =
                new Block.Incremental(config, capacity, ForwardContext.of(1, 1, parameters, Map.of()));
        double[] found = new double[expected.length];
        for (int from = 0; from < capacity; ) {
            int count = from == 0 ? first : 1;
            double[] part = new double[width * count];
            for (int i = 0; i < part.length; i++) {
                part[i] = rehearsal.input[i / count * capacity + from + i % count];
            }
            FloatArray output = FloatArray.allocate(part.length);
            incremental.forward(Rehearsal.floats(part), output, ForwardContext.of(1, count, parameters, Map.of()));
            double[] written = Rehearsal.doubles(output);
            for (int i = 0; i < part.length; i++) {
                found[i / count * capacity + from + i % count] = written[i];
            }
            from += count;
        }
        // as for a pass over the whole
        Closeness.check("output, seed " + SEED, found, expected, 1e-5);
    }

    @ParameterizedTest
    @MethodSource("io.github.hyenaspark.operator.block.MixerConfigs#all")
    void aSequenceThatHasBegunGoesOnStepByStep(MixerConfig mixer) {
        BlockConfig config = new BlockConfig(mixer, 10, 0);
        Map<String, FloatArray> parameters = parameters(rehearsal(config, 24));
        InferenceModule<FloatArray> incremental =
                new Block.Incremental(config, 3, ForwardContext.of(1, 1, parameters, Map.of()));
        FloatArray two = FloatArray.allocate(12);
        incremental.forward(two, FloatArray.allocate(12), ForwardContext.of(1, 2, parameters, Map.of()));
        assertThatThrownBy(() -> incremental.forward(
                        two, FloatArray.allocate(12), ForwardContext.of(1, 2, parameters, Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sequence continues one step at a time, found 2 steps");
        assertThatThrownBy(() -> new Block.Incremental(config, 25, ForwardContext.of(1, 1, parameters, Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a sequence of 25 tokens is longer than l-max 24");
    }

    /** What a filter of K taps keeps does not grow with the sequence. */
    @ParameterizedTest
    @EnumSource
    void explicitFiltersKeepOnlyTheirLastInputs(ExplicitFilter.Inner.Kind inner) throws IllegalAccessException {
        MixerConfig mixer = OperatorConfigs.usual(4, 5000).with(inner, 20, 2);
        assertThat(bytesAfterSomeSteps(mixer, 5000)).isEqualTo(bytesAfterSomeSteps(mixer, 100));
        MixerConfig whole = OperatorConfigs.usual(4, 5000);
        assertThat(bytesAfterSomeSteps(whole, 5000)).isGreaterThan(2 * bytesAfterSomeSteps(whole, 100));
    }

    private static long bytesAfterSomeSteps(MixerConfig mixer, int capacity) throws IllegalAccessException {
        BlockConfig config = new BlockConfig(mixer, 10, 0);
        Map<String, FloatArray> parameters = parameters(rehearsal(config, 8));
        ComputePool pool = ComputePool.of(1);
        InferenceModule<FloatArray> incremental = new Block.Incremental(config, capacity, pass(pool, parameters, 1));
        for (int step = 0; step < 50; step++) {
            int count = step == 0 ? 30 : 1;
            FloatArray input = FloatArray.allocate((long) mixer.width() * count);
            incremental.forward(input, FloatArray.allocate(input.length()), pass(pool, parameters, count));
        }
        return KeptMemory.bytes(incremental, pool.workspace(0));
    }

    private static ForwardContext<FloatArray> pass(ComputePool pool, Map<String, FloatArray> parameters, int length) {
        return new ForwardContext<>(1, length, parameters, Map.of(), "", Dropout.OFF, pool);
    }

    private static Rehearsal rehearsal(BlockConfig config, int length) {
        List<ParameterSpec> specs = config.parameters(new Initializer.Linear.Alone());
        return new Rehearsal(specs, config.mixer().width(), 1, length, SEED);
    }

    private static Map<String, FloatArray> parameters(Rehearsal rehearsal) {
        Map<String, FloatArray> parameters = new HashMap<>();
        rehearsal.parameters.forEach((name, values) -> parameters.put(name, Rehearsal.floats(values)));
        return parameters;
    }
}
