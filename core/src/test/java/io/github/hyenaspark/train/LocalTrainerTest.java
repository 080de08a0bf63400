package io.github.hyenaspark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ModelConfigs;
import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.product.HeapFloats;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.GradientClip;
import io.github.hyenaspark.train.optim.Optimizer;
import io.github.hyenaspark.train.optim.TrainingState;
import io.github.hyenaspark.train.optim.TrainingStates;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LocalTrainerTest {
    private static final int VOCABULARY = 11;
    private static final TrainConfig CONFIG = draft().config();

    private final HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 1);
    private final TrainingState start = TrainingState.initial(model.parameters());

    private static TrainConfigDraft draft() {
        var draft = new TrainConfigDraft();
        draft.workers = 1;
        draft.localSteps = 4;
        draft.rounds = 10;
        draft.batchSize = 2;
        draft.seed = 7;
        draft.lr = 1e-2;
        draft.minLr = 1e-3;
        draft.filterLr = 1e-2;
        draft.outer = new TrainConfig.Outer(1, 0, 0);
        return draft;
    }

    /** Every mixer, and Hyena with every kind of filters. */
    static Stream<ModelConfig> models() {
        Stream<String> mixers = Arrays.stream(Mixer.values()).map(mixer -> "model.mixer=" + mixer.settingName());
        Stream<String> kinds =
                Arrays.stream(FilterConfig.Kind.values()).map(kind -> "model.filter.kind=" + kind.settingName());
        return Stream.concat(mixers, kinds)
                .map(setting -> Settings.load(List.of(
                                "model.d-model=8",
                                "model.n-layer=2",
                                "model.l-max=16",
                                "model.filter.width=8",
                                "model.filter.emb=5",
                                "model.filter.modes=5",
                                setting))
                        .bind("model", ModelConfig.class));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aRoundIsAPureFunctionOfItsArguments(ModelConfig config) {
        HyenaLanguageModel one = HyenaLanguageModel.create(config, VOCABULARY, 1);
        TrainingState begin = TrainingState.initial(one.parameters());
        LocalTrainer.RoundResult first = new LocalTrainer<>(one, CONFIG)
                .round(TrainingStates.copyOf(begin), 2, 0, LocalTrainerTest::batch, done -> true);
        float[] theta = begin.theta().clone();
        HyenaLanguageModel other = HyenaLanguageModel.create(config, VOCABULARY, 99);
        LocalTrainer<Batch> trainer = new LocalTrainer<>(other, CONFIG);
        trainer.round(TrainingStates.copyOf(begin), 0, 0, step -> batch(step + 50), done -> true);
        LocalTrainer.RoundResult again =
                trainer.round(TrainingStates.copyOf(begin), 2, 0, LocalTrainerTest::batch, done -> true);
        assertThat(again.state().theta()).containsExactly(first.state().theta()).isNotEqualTo(theta);
        assertThat(again.state().secondMoment()).containsExactly(first.state().secondMoment());
        assertThat(again.report().lossSum()).isEqualTo(first.report().lossSum());
        assertThat(begin.theta()).containsExactly(theta);
    }

    @Test
    void aRoundIsItsStepsOneByOne() {
        LocalTrainer.RoundResult result = new LocalTrainer<>(model, CONFIG)
                .round(TrainingStates.copyOf(start), 1, 0, LocalTrainerTest::batch, done -> true);
        TrainingState state = TrainingStates.copyOf(start);
        Optimizer adam = new Optimizer(TrainConfig.Optimizer.ADAMW, model.table(), CONFIG.betas());
        float[] gradient = new float[start.parameterCount()];
        double lossSum = 0;
        for (int step = 0; step < 4; step++) {
            model.parameters(state.theta());
            lossSum += 26 * model.computeGradient(batch(step), 0);
            model.gradients().read(0, gradient, gradient.length);
            new GradientClip(1).clip(new HeapFloats(gradient));
            adam.update(
                    state,
                    new HeapFloats(gradient),
                    4 + step,
                    Optimizer.GroupRates.at(CONFIG, 4 + step),
                    ComputePool.alone());
        }
        assertThat(result.state().theta()).containsExactly(state.theta());
        assertThat(result.report().lossSum()).isCloseTo(lossSum, within(1e-9));
        assertThat(result.report().tokens()).isEqualTo(104);
    }

    @Test
    void aRoundEndsWhenItMayNotGoOnButNeverBeforeItsFirstStep() {
        LocalTrainer<Batch> trainer = new LocalTrainer<>(model, CONFIG);
        LocalTrainer.RoundResult two =
                trainer.round(TrainingStates.copyOf(start), 1, 0, LocalTrainerTest::batch, done -> done < 2);
        assertThat(two.report().steps()).isEqualTo(2);
        assertThat(two.report().tokens()).isEqualTo(52);
        LocalTrainer.RoundResult one =
                trainer.round(TrainingStates.copyOf(start), 1, 0, LocalTrainerTest::batch, done -> false);
        assertThat(one.report().steps()).isEqualTo(1);
        assertThat(one.state().theta()).isNotEqualTo(two.state().theta());
    }

    /** Without moments AdamW's first step divides them by 1 - β; counted on, it would be many times too long. */
    @Test
    void resetMomentsBeginWithTheirOwnCountOfSteps() {
        TrainConfigDraft draft = draft();
        draft.innerState = TrainConfig.MomentPolicy.RESET;
        LocalTrainer.RoundResult reset = new LocalTrainer<>(model, draft.config())
                .round(TrainingStates.copyOf(start), 5, 0, LocalTrainerTest::batch, done -> true);
        TrainingState state = TrainingStates.copyOf(start);
        Optimizer adam = new Optimizer(TrainConfig.Optimizer.ADAMW, model.table(), CONFIG.betas());
        float[] gradient = new float[start.parameterCount()];
        for (int step = 0; step < 4; step++) {
            model.parameters(state.theta());
            model.computeGradient(batch(step), 0);
            model.gradients().read(0, gradient, gradient.length);
            new GradientClip(1).clip(new HeapFloats(gradient));
            adam.update(
                    state,
                    new HeapFloats(gradient),
                    step,
                    Optimizer.GroupRates.at(CONFIG, 20 + step),
                    ComputePool.alone());
        }
        assertThat(reset.state().theta()).containsExactly(state.theta());
    }

    @Test
    void theDeltaNormIsTheWayThatTheParametersWent() {
        LocalTrainer.RoundResult result = new LocalTrainer<>(model, CONFIG)
                .round(TrainingStates.copyOf(start), 0, 0, LocalTrainerTest::batch, done -> true);
        double squares = 0;
        for (int i = 0; i < start.parameterCount(); i++) {
            squares += Math.pow((double) result.state().theta()[i] - start.theta()[i], 2);
        }
        assertThat(result.report().deltaNorm()).isCloseTo(Math.sqrt(squares), within(1e-12));
        float[] first = start.firstMoment().clone();
        first[3] = Float.POSITIVE_INFINITY;
        TrainingState broken = new TrainingState(start.theta(), first, start.secondMoment());
        assertThat(new LocalTrainer<>(model, CONFIG)
                        .round(broken, 0, 0, LocalTrainerTest::batch, done -> true)
                        .report()
                        .isFinite())
                .isFalse();
    }

    @Test
    void aBatchThatWasCutTrainsOnTheSameTokens() {
        Batch whole = batch(1);
        Batch cut = new Batch(whole.ids(), whole.targets(), 2, 13).cut(1);
        assertThat(cut.batchSize()).isEqualTo(26);
        assertThat(cut.countedTargets()).isEqualTo(whole.countedTargets());
        LocalTrainer.RoundResult result =
                new LocalTrainer<>(model, CONFIG).round(TrainingStates.copyOf(start), 0, 0, step -> cut, done -> true);
        assertThat(result.report().tokens()).isEqualTo(104);
        assertThat(result.report().isFinite()).isTrue();
    }

    @Test
    void trainingLearnsWhatRepeats() {
        LocalTrainer<Batch> trainer = new LocalTrainer<>(model, CONFIG);
        LocalTrainer.RoundResult result =
                trainer.round(TrainingStates.copyOf(start), 0, 0, step -> batch(0), done -> true);
        double first = result.report().lossSum() / result.report().tokens();
        for (int round = 1; round < 10; round++) {
            result = trainer.round(result.state(), round, 0, step -> batch(0), done -> true);
        }
        assertThat(result.report().lossSum() / result.report().tokens()).isLessThan(0.8 * first);
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
