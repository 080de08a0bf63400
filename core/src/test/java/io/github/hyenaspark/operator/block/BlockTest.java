package io.github.hyenaspark.operator.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.operator.attention.AttentionConfig;
import io.github.hyenaspark.operator.head.LanguageModelHead;
import io.github.hyenaspark.operator.head.TiedHead;
import io.github.hyenaspark.operator.hyena.OperatorConfigs;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.Exponential;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Gelu;
import io.github.hyenaspark.operator.tensor.Sine;
import io.github.hyenaspark.testing.Closeness;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockTest {
    private static final long SEED = 4;

    @ParameterizedTest
    @MethodSource("io.github.hyenaspark.operator.block.MixerConfigs#withEveryHyena")
    void theBlockAgreesWithItsPlainForm(MixerConfig mixer) {
        BlockConfig config = new BlockConfig(mixer, 10, 0.2);
        Rehearsal rehearsal =
                new Rehearsal(config.parameters(new Initializer.Linear.Alone()), mixer.width(), 3, 19, SEED);
        Rehearsal.Result plain = rehearsal.reference(new Block.Reference(config));
        rehearsal.pool = ComputePool.of(2);
        Rehearsal.Result floats = rehearsal.floats(new Block(config));
        Closeness.check("output", floats.output(), plain.output(), 1e-5);
        Closeness.check("input gradient", floats.inputGradient(), plain.inputGradient(), 1e-4);
        plain.gradients()
                .forEach((name, expected) ->
                        Closeness.check(name, floats.gradients().get(name), expected, 2e-4));
    }

    /** Steps on both sides of a tile, and the same bits from the block that keeps nothing. */
    @ParameterizedTest
    @ValueSource(ints = {511, 512, 513, 1030})
    void aLongBlockAgreesWithItsPlainForm(int length) {
        longBlockAgrees(OperatorConfigs.usual(6, 1100), length);
        longBlockAgrees(new AttentionConfig(6, 1100, 3, true), length);
    }

    private static void longBlockAgrees(MixerConfig mixer, int length) {
        BlockConfig config = new BlockConfig(mixer, 10, 0.2);
        Rehearsal rehearsal = new Rehearsal(config.parameters(new Initializer.Linear.Alone()), 6, 2, length, SEED);
        Rehearsal.Result plain = rehearsal.reference(new Block.Reference(config));
        for (int threads : new int[] {1, 3}) {
            rehearsal.pool = ComputePool.of(threads);
            Rehearsal.Result floats = rehearsal.floats(new Block(config));
            Rehearsal.Result recomputed = rehearsal.floats(Block.Recomputed.first(config));
            Closeness.check("output", floats.output(), plain.output(), 1e-5);
            assertThat(recomputed.output()).containsExactly(floats.output());
            Closeness.check("input gradient", floats.inputGradient(), plain.inputGradient(), 1e-4);
            assertThat(recomputed.inputGradient()).containsExactly(floats.inputGradient());
            plain.gradients().forEach((name, expected) -> {
                Closeness.check(name, floats.gradients().get(name), expected, 2e-4);
                assertThat(recomputed.gradients().get(name))
                        .containsExactly(floats.gradients().get(name));
            });
        }
    }

    @Test
    void sinesAndExponentialsAgreeWithJava() {
        float[] x = new float[1001];
        float[] largest = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 500) * 0.37f;
        }
        float[] sines = new float[x.length];
        float[] cosines = new float[x.length];
        new Sine().sinesAndCosines(14, x, sines, cosines, x.length);
        float[] powers = x.clone();
        java.util.Arrays.fill(largest, x[x.length - 1]);
        new Exponential().ofDifferences(powers, largest, x.length);
        for (int i = 0; i < x.length; i++) {
            // one rounding; that of the exponential's polynomial, and less of its terms
            assertThat((double) sines[i]).isCloseTo(Math.sin(14.0 * x[i]), within(6e-8));
            assertThat((double) cosines[i]).isCloseTo(Math.cos(14.0 * x[i]), within(6e-8));
            float difference = x[i] - largest[i];
            double power = Math.exp(Math.max(-87, difference));
            assertThat((double) powers[i]).isCloseTo(power, within(7e-8 * power));
        }
    }

    /** Vocabularies and lengths on both sides of a tile of the head. */
    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 300})
    void theHeadAgreesWithItsPlainForm(int length) {
        int vocabularySize = 5000;
        int width = 4;
        Random random = new Random(SEED);
        Map<String, double[]> parameters = new HashMap<>();
        parameters.put("norm.weight", random.doubles(width, 0.5, 1.5).toArray());
        parameters.put("norm.bias", random.doubles(width, -1, 1).toArray());
        parameters.put(
                "embedding.weight",
                random.doubles((long) vocabularySize * width, -1, 1).toArray());
        double[] input = random.doubles(2L * width * length, -1, 1).toArray();
        int[] targets = random.ints(2L * length, 0, vocabularySize).toArray();
        Arrays.fill(targets, length, length + Math.min(length, 70), -100); // more than a tile
        Map<String, double[]> gradients = new HashMap<>();
        Map<String, FloatArray> values = new HashMap<>();
        Map<String, FloatArray> floatGradients = new HashMap<>();
        parameters.forEach((name, array) -> {
            gradients.put(name, new double[array.length]);
            values.put(name, Rehearsal.floats(array));
            floatGradients.put(name, FloatArray.allocate(array.length));
        });
        LanguageModelHead.Reference plain = new LanguageModelHead.Reference();
        TiedHead head = new TiedHead(width, vocabularySize);
        ForwardContext<double[]> plainPass = ForwardContext.of(2, length, parameters, gradients);
        ForwardContext<FloatArray> pass = new ForwardContext<>(
                2, length, values, floatGradients, "", Dropout.OFF, ComputePool.of(1 + length % 3));
        double[] inputGradient = new double[input.length];
        FloatArray floatInputGradient = FloatArray.allocate(input.length);

        double nats = plain.gradient(input, targets, inputGradient, plainPass);
        double floatNats = head.gradient(Rehearsal.floats(input), targets, floatInputGradient, pass);

        Closeness.check("loss", new double[] {floatNats}, new double[] {nats}, 1e-6);
        assertThat(plain.loss(input, targets, plainPass)).isEqualTo(nats);
        assertThat(head.loss(Rehearsal.floats(input), targets, pass)).isEqualTo(floatNats);
        LanguageModelHead.TargetLosses each = LanguageModelHead.TargetLosses.of(targets.length);
        plain.losses(input, targets, each, plainPass);
        assertThat(Arrays.stream(each.nats()).sum()).isCloseTo(nats, within(1e-12 * nats));
        assertThat(each.nats()[length]).isZero();
        LanguageModelHead.TargetLosses floatEach = LanguageModelHead.TargetLosses.of(targets.length);
        head.losses(Rehearsal.floats(input), targets, floatEach, pass);
        Closeness.check("losses", floatEach.nats(), each.nats(), 1e-5);
        assertThat(floatEach.likeliest()).isEqualTo(each.likeliest());
        double[] logits = new double[2 * vocabularySize * length];
        plain.logits(input, logits, plainPass);
        for (int i = 0; i < targets.length; i++) {
            assertThat(each.likeliest()[i]).isEqualTo(targets[i] == likeliest(logits, i, length, vocabularySize));
        }
        Closeness.check("input gradient", Rehearsal.doubles(floatInputGradient), inputGradient, 1e-5);
        gradients.forEach((name, expected) -> Closeness.check(
                name, Rehearsal.doubles(Objects.requireNonNull(floatGradients.get(name))), expected, 1e-5));
        if (length >= 64) {
            for (int channel = 0; channel < width; channel++) {
                Arrays.fill(input, (width + channel) * length, (width + channel) * length + 64, Double.NaN);
            }
            assertThat(head.loss(Rehearsal.floats(input), targets, pass))
                    .as("of tiles that are all context nothing is read")
                    .isEqualTo(floatNats);
        }
    }

    private static int likeliest(double[] logits, int i, int length, int vocabularySize) {
        int first = i / length * vocabularySize * length + i % length;
        int best = 0;
        for (int v = 1; v < vocabularySize; v++) {
            best = logits[first + v * length] > logits[first + best * length] ? v : best;
        }
        return best;
    }

    /** A grid over the bend of the function and far beyond; more elements than one piece. */
    @Test
    void geluAgreesWithItsPlainFormEverywhere() {
        float[] x = new float[2003];
        for (int i = 0; i < 2000; i++) {
            x[i] = (i - 1000) / 80f;
        }
        x[2000] = -1e30f;
        x[2001] = 1e30f;
        x[2002] = 100;
        float[] derivatives = x.clone();
        float[] values = new float[x.length];
        new Gelu().forwardAndDerivative(derivatives, values, x.length);
        for (int i = 0; i < x.length; i++) {
            // one rounding
            double scale = Math.max(1, Math.abs(x[i]));
            assertThat((double) values[i]).isCloseTo(Gelu.value(x[i]), within(1e-7 * scale));
            assertThat(derivatives[i]).isFinite();
            if (Math.abs(x[i]) < 50) {
                assertThat((double) derivatives[i]).isCloseTo(Gelu.derivative(x[i]), within(2e-7));
            }
        }
    }

    @Test
    void dropoutKeepsItsShareAndItsMean() {
        float[] row = new float[100_000];
        java.util.Arrays.fill(row, 1f);
        new Dropout(SEED, true).apply(0.25, 3, row, row.length);
        double dropped = 0;
        double sum = 0;
        for (float value : row) {
            dropped += value == 0 ? 1 : 0;
            sum += value;
        }
        // three standard deviations of a binomial count
        assertThat(dropped / row.length).isBetween(0.245, 0.255);
        assertThat(sum / row.length).isBetween(0.99, 1.01);
    }
}
