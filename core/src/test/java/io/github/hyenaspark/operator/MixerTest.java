package io.github.hyenaspark.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.oracle.Closeness;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every mixer promises. */
class MixerTest {
    private static final long SEED = 20230221;

    /** Odd lengths, one step, fewer steps than taps, powers of two and their neighbours, l-max. */
    static Stream<Arguments> configsAndLengths() {
        return MixerConfigs.all().stream()
                .flatMap(config ->
                        IntStream.of(1, 2, 3, 7, 8, 9, 16, 23, 24).mapToObj(length -> Arguments.of(config, length)));
    }

    static List<MixerConfig> configs() {
        return MixerConfigs.all();
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
            // a transform spreads rounding errors over all steps
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

    @ParameterizedTest
    @MethodSource("configs")
    void theSameMapServesOneLengthAfterAnother(MixerConfig config) {
        DifferentiableMap<FloatArray> map = config.map();
        for (int length : List.of(24, 5, 17, 24)) {
            Rehearsal rehearsal = rehearsal(config, length % 3 + 1, length);
            Rehearsal.Result fresh = rehearsal.floats(config.map());
            Rehearsal.Result again = rehearsal.floats(map);
            assertThat(again.output()).containsExactly(fresh.output());
            assertThat(again.inputGradient()).containsExactly(fresh.inputGradient());
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aLongerInputThanLMaxIsRefused(MixerConfig config) {
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
