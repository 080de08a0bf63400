package io.github.hyenaspark.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.train.optim.LearningRate;
import io.github.hyenaspark.train.optim.Optimizer;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainConfigTest {
    private static void assertRefused(Consumer<TrainConfigDraft> fault, String message) {
        TrainConfigDraft draft = new TrainConfigDraft();
        fault.accept(draft);
        assertThatThrownBy(draft::config)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void stepsCountThroughTheRun() {
        TrainConfig config = new TrainConfigDraft().config();
        assertThat(config.totalSteps()).isEqualTo(50);
        assertThat(config.step(0, 0)).isZero();
        assertThat(config.step(3, 7)).isEqualTo(37);
        assertThat(config.step(1L << 40, 1)).isEqualTo(10 * (1L << 40) + 1);
    }

    @Test
    void onlyTheBaseGroupAndMatricesDecay() {
        TrainConfig config = new TrainConfigDraft().config();
        LearningRate rate = LearningRate.of(config);
        var base = new Optimizer.GroupRates(rate.at(6e-4, 20), 0.1);
        var filters = new Optimizer.GroupRates(rate.at(3e-4, 20), 0);
        assertThat(Optimizer.GroupRates.at(config, 20))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        ParameterSpec.Group.BASE, base,
                        ParameterSpec.Group.MATRIX, base,
                        ParameterSpec.Group.FILTER, filters,
                        ParameterSpec.Group.POSITIONS, filters,
                        ParameterSpec.Group.DECAY, filters));
    }

    @Test
    void muonHasARateOfItsOwnForMatrices() {
        TrainConfigDraft draft = new TrainConfigDraft();
        draft.optimizer = TrainConfig.Optimizer.MUON;
        draft.matrixLr = 0.25;
        TrainConfig config = draft.config();
        assertThat(Optimizer.GroupRates.at(config, 20))
                .containsEntry(
                        ParameterSpec.Group.MATRIX,
                        new Optimizer.GroupRates(LearningRate.of(config).at(0.25, 20), 0.1))
                .containsEntry(
                        ParameterSpec.Group.BASE,
                        new Optimizer.GroupRates(LearningRate.of(config).at(6e-4, 20), 0.1));
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertRefused(d -> d.workers = 0, "train.workers must be at least 1, found 0");
        assertRefused(d -> d.localSteps = 0, "train.local-steps must be at least 1, found 0");
        assertRefused(d -> d.rounds = -1, "train.rounds must be at least 1, found -1");
        assertRefused(d -> d.batchSize = 0, "train.batch-size must be at least 1, found 0");
        assertRefused(d -> d.warmupSteps = -1, "train.warmup-steps must be at least 0, found -1");
        assertRefused(d -> d.threads = 0, "train.threads must be at least 1, found 0");
        assertRefused(d -> d.lr = 0, "train.lr must be a positive number, found 0.0");
        assertRefused(d -> d.filterLr = Double.NaN, "train.filter-lr must be a positive number, found NaN");
        assertRefused(d -> d.matrixLr = -1, "train.matrix-lr must be a positive number, found -1.0");
        assertRefused(d -> d.decayFraction = 0, "train.decay-fraction must be a positive number, found 0.0");
        assertRefused(d -> d.decayFraction = 1.5, "train.decay-fraction must be at most 1, found 1.5");
        assertRefused(d -> d.minLr = -1, "train.min-lr must be a number of at least 0, found -1.0");
        assertRefused(d -> d.minLr = 1, "train.min-lr must be at most train.lr = 6.0E-4, found 1.0");
        assertRefused(
                d -> d.weightDecay = Double.POSITIVE_INFINITY,
                "train.weight-decay must be a number of at least 0, found Infinity");
        assertRefused(d -> d.clipNorm = -0.5, "train.clip-norm must be a number of at least 0, found -0.5");
        assertRefused(d -> d.betas = List.of(0.9), "train.betas must be two numbers, found [0.9]");
        assertRefused(d -> d.betas = List.of(0.9, 1.0), "train.betas[1] must be at least 0 and below 1, found 1.0");
        assertRefused(d -> d.betas = List.of(-0.1, 0.9), "train.betas[0] must be at least 0 and below 1, found -0.1");
    }

    @Test
    void saysWhatIsNotSupported() {
        assertRefused(d -> d.recompute = "all", "train.recompute = all is not supported, expected one of none, block");
    }

    @Test
    void theFirstRoundsMayHaveOtherLocalSteps() {
        var draft = new TrainConfigDraft();
        draft.stepPhases = List.of(new TrainConfig.StepPhase(2, 1), new TrainConfig.StepPhase(1, 4));
        TrainConfig config = draft.config();
        assertThat(LongStream.range(0, 5).mapToInt(config::localStepsIn)).containsExactly(1, 1, 4, 10, 10);
        assertThat(LongStream.rangeClosed(0, 5).map(config::stepsBefore)).containsExactly(0L, 1L, 2L, 6L, 16L, 26L);
        assertThat(config.totalSteps()).isEqualTo(26);
        assertThat(config.step(3, 2)).isEqualTo(8);
        assertThatThrownBy(() -> new TrainConfig.StepPhase(0, 1))
                .hasMessage("train.step-phases: rounds must be at least 1, found 0");
        assertThatThrownBy(() -> new TrainConfig.StepPhase(1, 0))
                .hasMessage("train.step-phases: local-steps must be at least 1, found 0");
    }

    @Test
    void theLengthDoublesUntilItIsTheLongest() {
        var schedule = new TrainConfig.LengthSchedule(16, 2);
        assertThat(LongStream.range(0, 8).mapToInt(round -> schedule.lengthIn(round, 64)))
                .containsExactly(16, 16, 32, 32, 64, 64, 64, 64);
        assertThat(schedule.lengthIn(1L << 40, 64)).isEqualTo(64);
        assertThat(new TrainConfig.LengthSchedule(0, 1).lengthIn(0, 64)).isEqualTo(64);
        schedule.check(64);
        for (int longest : new int[] {8, 48, 65}) {
            assertThatThrownBy(() -> schedule.check(longest))
                    .hasMessage("train.length-schedule.start must be model.l-max = " + longest
                            + " divided by a power of two, found 16");
        }
    }

    @Test
    void theOuterRateWarmsUp() {
        var outer = new TrainConfig.Outer(0.8, 0, 4);
        assertThat(LongStream.range(0, 6).mapToDouble(outer::lrIn))
                .containsExactly(0.2, 0.4, 0.6000000000000001, 0.8, 0.8, 0.8);
        assertThat(new TrainConfig.Outer(0.7, 0, 0).lrIn(0)).isEqualTo(0.7);
    }

    @Test
    void aQuorumIsARoundedUpShareOfTheWorkers() {
        assertThat(new TrainConfig.Deadline(1, 0.5, 0).needed(3)).isEqualTo(2);
        assertThat(new TrainConfig.Deadline(1, 0.75, 0).needed(4)).isEqualTo(3);
        assertThat(new TrainConfig.Deadline(1, 0.01, 0).needed(4)).isEqualTo(1);
        assertThatThrownBy(() -> new TrainConfig.Deadline(0, 0.5, 0))
                .hasMessage("train.deadline.seconds must be a positive number, found 0.0");
        assertThatThrownBy(() -> new TrainConfig.Deadline(1, 1.5, 0))
                .hasMessage("train.deadline.quorum must be at most 1, found 1.5");
        assertThatThrownBy(() -> new TrainConfig.Guard(0.5, TrainConfig.Guard.Action.STOP))
                .hasMessage("train.guard.max-delta-ratio must be above 1, or 0 for no limit, found 0.5");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0   | 0.5 | train.outer.lr must be a positive number, found 0.0",
                "NaN | 0.5 | train.outer.lr must be a positive number, found NaN",
                "1   | 1   | train.outer.momentum must be at least 0 and below 1, found 1.0",
                "1   | -1  | train.outer.momentum must be at least 0 and below 1, found -1.0"
            })
    void refusesOuterSettingsOutOfRange(double lr, double momentum, String message) {
        assertThatThrownBy(() -> new TrainConfig.Outer(lr, momentum, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
