package io.github.hyenaspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.bench.ConvolutionBenchmark;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is too long for every build: {@code mvn verify -Pendurance}. */
@Tag("endurance")
class LongSequenceTest {
    private static final int VOCABULARY = 256;

    /** Powers of two, their neighbours, and lengths just above one, which are padded most. */
    @ParameterizedTest
    @ValueSource(ints = {8191, 8193, 32768, 33_000, 65536, 100_000, 131_072, 1_048_576})
    void aLongConvolutionKeepsItsPrecision(int length) {
        for (int threads : new int[] {1, 2}) {
            ConvolutionBenchmark.Measurement found =
                    ConvolutionBenchmark.run(new ConvolutionBenchmark.Shape(1, 2, length, threads), 1);
            assertThat(found.maxRelativeError()).isPositive().isLessThan(1e-6);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aLongStepHasTheSameBitsAgainAndWithRecomputedBlocks(int threads) {
        int length = 20_000;
        Random random = new Random(threads);
        int[] ids = random.ints(length, 0, VOCABULARY).toArray();
        int[] targets = random.ints(length, 0, VOCABULARY).toArray();
        Batch batch = new Batch(ids, targets, 1, length);
        HyenaLanguageModel kept = model(length, threads);
        HyenaLanguageModel recomputed = model(length, threads);
        recomputed.recomputeBlocks();
        double loss = kept.computeGradient(batch, 1);
        float[] gradient = gradientOf(kept);
        assertThat(kept.computeGradient(batch, 1)).isEqualTo(loss);
        assertThat(gradientOf(kept)).isEqualTo(gradient);
        assertThat(recomputed.computeGradient(batch, 1)).isEqualTo(loss);
        assertThat(gradientOf(recomputed)).isEqualTo(gradient);
    }

    @Test
    void oneThreadAndThreeAgreeUpToRounding() {
        int length = 20_000;
        int[] ids = new Random(1).ints(length, 0, VOCABULARY).toArray();
        Batch batch = new Batch(ids, ids, 1, length);
        HyenaLanguageModel one = model(length, 1);
        HyenaLanguageModel three = model(length, 3);
        // a loss of about 5.5 nats in float
        assertThat(three.computeGradient(batch, 1)).isCloseTo(one.computeGradient(batch, 1), within(1e-6));
    }

    private static HyenaLanguageModel model(int length, int threads) {
        HyenaLanguageModel model = HyenaLanguageModel.create(
                ModelConfigs.of(32, 2, 128, length, ModelConfigs.filter(33, true)), VOCABULARY, 7);
        model.useThreads(threads);
        return model;
    }

    private static float[] gradientOf(HyenaLanguageModel model) {
        float[] gradient = new float[Math.toIntExact(model.parameterCount())];
        model.gradients().read(0, gradient, gradient.length);
        return gradient;
    }
}
