package io.github.hyenaspark.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ModelConfigs;
import io.github.hyenaspark.operator.attention.AttentionConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepShapeTest {
    private static final int LENGTH = 12;

    private static ModelConfig model(boolean trainPositions) {
        return ModelConfigs.of(8, 2, 32, LENGTH, ModelConfigs.filter(5, trainPositions));
    }

    private static StepBenchmark.Shape shape(ModelConfig model) {
        return new StepBenchmark.Shape(model, 11, 2, LENGTH, 1);
    }

    /** Blocks: in and out together 4 of 8×8, feed-forward 2 of 8×32; head 16×8, the padded vocabulary; 24 tokens. */
    private static final long OF_TOKENS = 6L * 24 * (2 * (4 * 8 * 8 + 2 * 8 * 32) + 16 * 8);

    /** A step of few tokens is little but the update; other steps, which are timed by parts, do not count. */
    @Test
    void theShareOfTheOptimizerIsThatOfTheTimedSteps() {
        Settings settings = Settings.load(List.of(
                "model.mixer=conv",
                "model.d-model=256",
                "model.n-layer=1",
                "model.l-max=" + LENGTH,
                "train.optimizer=muon"));
        var shape = new StepBenchmark.Shape(settings.bind("model", ModelConfig.class), 11, 1, LENGTH, 1);
        StepBenchmark.Measurement found = StepBenchmark.run(shape, settings.bind("train", TrainConfig.class), 3);
        assertThat(found.optimizerFraction()).isBetween(0.6, 1.0);
    }

    @Test
    void productsAreCountedForTokensInTheBlocksAndForPositionsInTheFilters() {
        long ofPositions = 6L * LENGTH * 2 * (5 * 64 + 2 * 64 * 64 + 64 * 8);
        assertThat(shape(model(true)).productFlop()).isEqualTo(OF_TOKENS + ofPositions);
    }

    @Test
    void positionsThatAreNotTrainedNeedNoGradient() {
        long ofPositions = 6L * LENGTH * 2 * (2 * 64 * 64 + 64 * 8) + 4L * LENGTH * 2 * 5 * 64;
        assertThat(shape(model(false)).productFlop()).isEqualTo(OF_TOKENS + ofPositions);
    }

    /**
     * Four projections of 8×8 for 24 tokens; 78 pairs of steps in each of 2 sequences, a score and a weighted value.
     */
    @Test
    void productsOfAttentionAreCountedForPairs() {
        long pairs = 6L * 2 * 78 * 2 * 8;
        assertThat(new AttentionConfig(8, LENGTH, 2, true).cost(2, LENGTH).productFlop())
                .isEqualTo(6L * 24 * 4 * 8 * 8 + pairs);
    }

    @Test
    void sequencesLongerThanTheModelsAreRefused() {
        assertThatThrownBy(() -> new StepBenchmark.Shape(model(true), 11, 2, LENGTH + 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a sequence of 13 tokens is longer than l-max 12");
    }
}
