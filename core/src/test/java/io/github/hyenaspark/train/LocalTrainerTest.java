package io.github.hyenaspark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfigs;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LocalTrainerTest {
    private static final int VOCABULARY = 11;
    private static final TrainConfig CONFIG = new TrainConfig(
            1,
            4,
            10,
            2,
            7,
            1e-2,
            1e-3,
            3,
            0.1,
            List.of(0.9, 0.98),
            1,
            1e-2,
            1,
            "none",
            "sync",
            new OuterConfig(1, 0),
            "average",
            "fp32");

    private final HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 1);
    private final TrainingState start = TrainingState.initial(model.parameters());

    @Test
    void aRoundIsAPureFunctionOfItsArguments() {
        RoundResult first = new LocalTrainer(model, CONFIG).round(start, 2, 0, LocalTrainerTest::batch);
        float[] theta = start.theta().clone();
        HyenaLanguageModel other = HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 99);
        LocalTrainer trainer = new LocalTrainer(other, CONFIG);
        trainer.round(start, 0, 0, step -> batch(step + 50));
        RoundResult again = trainer.round(start, 2, 0, LocalTrainerTest::batch);
        assertThat(again.state().theta()).containsExactly(first.state().theta());
        assertThat(again.state().secondMoment()).containsExactly(first.state().secondMoment());
        assertThat(again.lossSum()).isEqualTo(first.lossSum());
        assertThat(start.theta()).containsExactly(theta);
    }

    @Test
    void aRoundIsItsStepsOneByOne() {
        RoundResult result = new LocalTrainer(model, CONFIG).round(start, 1, 0, LocalTrainerTest::batch);
        TrainingState state = start.copy();
        AdamW adam = new AdamW(model.table(), CONFIG.betas());
        float[] gradient = new float[start.parameterCount()];
        double lossSum = 0;
        for (int step = 0; step < 4; step++) {
            model.parameters(state.theta());
            lossSum += 26 * model.computeGradient(batch(step), 0);
            model.gradient(gradient);
            new GradientClip(1).clip(gradient);
            adam.update(state, gradient, 4 + step, GroupRates.at(CONFIG, 4 + step));
        }
        assertThat(result.state().theta()).containsExactly(state.theta());
        assertThat(result.lossSum()).isCloseTo(lossSum, within(1e-9));
        assertThat(result.tokens()).isEqualTo(104);
    }

    @Test
    void trainingLearnsWhatRepeats() {
        LocalTrainer trainer = new LocalTrainer(model, CONFIG);
        RoundResult result = trainer.round(start, 0, 0, step -> batch(0));
        double first = result.lossSum() / result.tokens();
        for (int round = 1; round < 10; round++) {
            result = trainer.round(result.state(), round, 0, step -> batch(0));
        }
        assertThat(result.lossSum() / result.tokens()).isLessThan(0.8 * first);
    }

    private static Batch batch(long step) {
        Random random = new Random(step);
        return new Batch(
                random.ints(26, 0, VOCABULARY).toArray(),
                random.ints(26, 0, VOCABULARY).toArray(),
                2,
                13);
    }
}
