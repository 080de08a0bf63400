package io.github.hyenaspark.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.oracle.Closeness;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every mixer promises. */
class MixerTest {
    private static final long SEED = 20230221;

    /** Odd lengths, one step, fewer steps than taps, powers of two and their neighbours, l-max. */
    static Stream<Arguments> configsAndLengths() {
        return OperatorConfigs.mixers().stream()
                .flatMap(config ->
                        IntStream.of(1, 2, 3, 7, 8, 9, 16, 23, 24).mapToObj(length -> Arguments.of(config, length)));
    }

    @ParameterizedTest
    @MethodSource("configsAndLengths")
    void theFormThatRunsAgreesWithThePlainForm(MixerConfig config, int length) {
        Rehearsal rehearsal = rehearsal(config, 2, length);
        Rehearsal.Result plain = rehearsal.plain(config.plainMap());
        rehearsal.team = ThreadTeam.of(1 + length % 3);
        Rehearsal.Result floats = rehearsal.floats(config.map());
        // float32 rounding through N convolutions and N gates; PyTorch's own deviates by up to 5.5e-6 and 4e-5
        Closeness.check("output", floats.output(), plain.output(), 2e-5);
        Closeness.check("input gradient", floats.inputGradient(), plain.inputGradient(), 1e-4);
        plain.gradients()
                .forEach((name, expected) ->
                        Closeness.check(name, floats.gradients().get(name), expected, 2e-4));
    }

    @ParameterizedTest
    @MethodSource("configsAndLengths")
    void outputAtTimeTIgnoresTheFuture(MixerConfig config, int length) {
        Rehearsal rehearsal = rehearsal(config, 1, length);
        for (int t : new int[] {0, length / 2, length - 1}) {
            Arrays.fill(rehearsal.outputGradient, 0);
            for (int d = 0; d < config.width(); d++) {
                rehearsal.outputGradient[d * length + t] = 1 + d;
            }
            assertCausal(rehearsal.plain(config.plainMap()).inputGradient(), length, t, 0);
            // the transform spreads rounding errors over all steps
            assertCausal(rehearsal.floats(config.map()).inputGradient(), length, t, 1e-5);
        }
    }

    private static void assertCausal(double[] gradient, int length, int t, double tolerance) {
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

    /** Tiles and lanes of sums are full, and there are several. */
    @ParameterizedTest
    @ValueSource(ints = {255, 256, 257, 511, 512, 513, 1030})
    void longRowsAgreeWithThePlainForm(int length) {
        longRowsAgree(OperatorConfigs.usual(4, 1100), length);
        longRowsAgree(OperatorConfigs.withEveryFilterOption(4, 1100), length);
        longRowsAgree(new H3Config(4, 1100, 8, 2), length);
        for (FilterKind kind : FilterKind.values()) {
            longRowsAgree(OperatorConfigs.withFilter(4, 1100, OperatorConfigs.filter(kind, 6, 7, 6)), length);
        }
    }

    private static void longRowsAgree(MixerConfig config, int length) {
        Rehearsal rehearsal = rehearsal(config, 2, length);
        Rehearsal.Result plain = rehearsal.plain(config.plainMap());
        for (int threads : new int[] {1, 2, 5}) {
            rehearsal.team = ThreadTeam.of(threads);
            DifferentiableMap<FloatArray> operator = config.map();
            Rehearsal.Result floats = rehearsal.floats(operator);
            Closeness.check("output", floats.output(), plain.output(), 2e-5);
            Closeness.check("input gradient", floats.inputGradient(), plain.inputGradient(), 1e-4);
            plain.gradients().forEach((name, expected) -> {
                double[] found = floats.gradients().get(name);
                Closeness.check(name, found, expected, 2e-4);
                assertThat(rehearsal.floats(operator).gradients().get(name)).containsExactly(found);
            });
        }
    }

    @Test
    void theSameMapServesOneLengthAfterAnother() {
        OperatorConfigs.mixers().forEach(MixerTest::servesOneLengthAfterAnother);
    }

    private static void servesOneLengthAfterAnother(MixerConfig config) {
        DifferentiableMap<FloatArray> operator = config.map();
        for (int length : List.of(24, 5, 17, 24)) {
            Rehearsal rehearsal = rehearsal(config, length % 3 + 1, length);
            assertThat(rehearsal.floats(operator).output())
                    .containsExactly(rehearsal.floats(config.map()).output());
        }
    }

    @Test
    void aLongerInputThanLMaxIsRefused() {
        OperatorConfigs.mixers().forEach(MixerTest::refusesALongerInput);
    }

    private static void refusesALongerInput(MixerConfig config) {
        Rehearsal rehearsal = rehearsal(config, 1, 25);
        assertThatThrownBy(() -> rehearsal.floats(config.map()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sequence of 25 tokens is longer than l-max 24, which the model was made for;"
                        + " cut the input or train with a larger l-max");
        assertThatThrownBy(() -> rehearsal.plain(config.plainMap()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("longer than l-max 24");
    }

    private static Rehearsal rehearsal(MixerConfig config, int batchSize, int length) {
        return new Rehearsal(config.parameters(new LinearInitial.Alone()), config.width(), batchSize, length, SEED);
    }
}
