package io.github.hyenaspark.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfig.Reached;
import io.github.hyenaspark.train.config.TrainConfig.Schedule;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Expected values by hand; those of timm's rule with lr 6e-4, floor 6e-5, 100 of 1000 steps of warm-up. */
class LearningRateTest {
    private static final Reached NOTHING = new Reached(0, 1);
    private static final LearningRate SCHEDULE = new LearningRate(Schedule.TIMM, 6e-4, 6e-5, 100, 1000, 1, NOTHING);

    @Test
    void warmUpIsAStraightLineFromOneMillionth() {
        assertThat(SCHEDULE.at(6e-4, 0)).isEqualTo(1e-6);
        assertThat(SCHEDULE.at(6e-4, 50)).isCloseTo((6e-4 + 1e-6) / 2, within(1e-18));
        assertThat(SCHEDULE.at(6e-4, 99)).isCloseTo(1e-6 + 0.99 * 5.99e-4, within(1e-18));
    }

    @Test
    void theCosineDoesNotSubtractTheWarmUp() {
        assertThat(SCHEDULE.at(6e-4, 100))
                .isCloseTo(6e-5 + 2.7e-4 * (1 + Math.cos(0.1 * Math.PI)), within(1e-18))
                .isLessThan(6e-4);
        assertThat(SCHEDULE.at(6e-4, 500)).isCloseTo((6e-4 + 6e-5) / 2, within(1e-18));
        assertThat(SCHEDULE.at(6e-4, 999))
                .isCloseTo(6e-5 + 2.7e-4 * (1 - Math.cos(Math.PI / 1000)), within(1e-18))
                .isGreaterThan(6e-5);
    }

    @Test
    void theFloorHoldsFromTheEndOn() {
        assertThat(SCHEDULE.at(6e-4, 1000)).isEqualTo(6e-5);
        assertThat(SCHEDULE.at(6e-4, 1_000_000_000_000L)).isEqualTo(6e-5);
    }

    @Test
    void aGroupBelowTheFloorIsRaisedToIt() {
        assertThat(SCHEDULE.at(1e-5, 500)).isCloseTo((1e-5 + 6e-5) / 2, within(1e-18));
        assertThat(SCHEDULE.at(1e-5, 1000)).isEqualTo(6e-5);
    }

    @Test
    void withoutWarmUpItStartsAtTheBaseRate() {
        assertThat(new LearningRate(Schedule.TIMM, 0.5, 0, 0, 10, 1, NOTHING).at(0.5, 0))
                .isEqualTo(0.5);
        assertThat(new LearningRate(Schedule.TIMM, 0.5, 0, 0, 1, 1, NOTHING).at(0.5, 1))
                .isZero();
    }

    @Test
    void aWarmUpLongerThanTheRunGoesOn() {
        assertThat(new LearningRate(Schedule.TIMM, 0.5, 0, 20, 10, 1, NOTHING).at(0.5, 15))
                .isCloseTo(1e-6 + 0.75 * (0.5 - 1e-6), within(1e-15));
    }

    private static double[] rates(Schedule schedule, double minLr, double decayFraction) {
        var rate = new LearningRate(schedule, 0.8, minLr, 2, 10, decayFraction, NOTHING);
        return LongStream.rangeClosed(0, 11)
                .mapToDouble(step -> rate.at(0.8, step))
                .toArray();
    }

    @Test
    void linearDecayCountsFromTheEndOfTheWarmUp() {
        assertThat(rates(Schedule.LINEAR, 0, 1))
                .containsExactly(new double[] {0.4, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0}, within(1e-15));
        assertThat(rates(Schedule.LINEAR, 0.4, 1))
                .containsExactly(
                        new double[] {0.4, 0.8, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.4}, within(1e-15));
    }

    @Test
    void aDecayFractionKeepsTheRateUntilTheLastSteps() {
        assertThat(rates(Schedule.LINEAR, 0, 0.5))
                .containsExactly(new double[] {0.4, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.6, 0.4, 0.2, 0, 0}, within(1e-15));
        assertThat(rates(Schedule.CONSTANT, 0, 0.5))
                .containsExactly(
                        new double[] {0.4, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8}, within(1e-15));
    }

    @Test
    void aCosineDoesNotDropAfterTheWarmUp() {
        double[] rates = rates(Schedule.COSINE, 0.2, 1);
        assertThat(rates[1]).isEqualTo(0.8);
        assertThat(rates[2]).isEqualTo(0.8);
        assertThat(rates[6]).isCloseTo(0.5, within(1e-15));
        assertThat(rates[10]).isCloseTo(0.2, within(1e-15));
    }

    @Test
    void everyGroupEndsAtTheSameFractionOfItsRate() {
        var rate = new LearningRate(Schedule.LINEAR, 0.8, 0.2, 0, 4, 1, NOTHING);
        assertThat(rate.at(8, 4)).isCloseTo(2, within(1e-15));
        assertThat(rate.at(0.08, 2)).isCloseTo(0.05, within(1e-15));
    }

    /** Two local steps a round. */
    private static TrainConfigDraft plan(Schedule schedule, int rounds) {
        var draft = new TrainConfigDraft();
        draft.schedule = schedule;
        draft.rounds = rounds;
        draft.localSteps = 2;
        draft.warmupSteps = 0;
        draft.lr = 1;
        draft.minLr = 0;
        return draft;
    }

    @Test
    void aChangeBeforeAnyDecayIsAPlanFromTheStart() {
        TrainConfig before = plan(Schedule.CONSTANT, 6).config();
        TrainConfigDraft after = plan(Schedule.LINEAR, 10);
        after.decayFraction = 0.2;
        assertThat(LearningRate.reached(before, after.config(), 6)).isEqualTo(NOTHING);
        assertThat(LearningRate.reached(before, after.config(), 0)).isEqualTo(NOTHING);
        assertThat(LearningRate.reached(before, after.config(), 8))
                .isEqualTo(NOTHING); // its first step of a decay is 17
        after.decayFraction = 1;
        assertThat(LearningRate.reached(before, after.config(), 6)).isEqualTo(new Reached(12, 1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Schedule.class,
            names = {"LINEAR", "COSINE", "TIMM"})
    void aChangeWithinTheDecayGoesOnFromTheRateOfTheLastStep(Schedule schedule) {
        TrainConfig before = plan(schedule, 4).config();
        TrainConfigDraft longer = plan(schedule, 8);
        longer.reached = LearningRate.reached(before, longer.config(), 3);
        double last = LearningRate.of(before).at(1, 5);
        LearningRate rate = LearningRate.of(longer.config());
        assertThat(longer.reached).isEqualTo(new Reached(6, last));
        assertThat(rate.at(1, 6)).isEqualTo(last);
        assertThat(rate.at(1, 11)).as("in the middle of what remains").isCloseTo(last / 2, within(1e-15));
        assertThat(rate.at(1, 16)).isZero();
        longer.lr = 0.5; // another rate is no other plan
        assertThat(LearningRate.reached(longer.config(), longer.config(), 5)).isEqualTo(longer.reached);
        TrainConfigDraft stays = plan(Schedule.CONSTANT, 9);
        stays.reached = longer.reached;
        assertThat(LearningRate.reached(longer.config(), stays.config(), 5).step())
                .isEqualTo(10);
    }

    /** Cut to the rounds that it has done, and made longer again: at once, and after a start that changes nothing. */
    @ParameterizedTest
    @EnumSource(
            value = Schedule.class,
            names = {"LINEAR", "COSINE", "TIMM"})
    void aRunThatWasCutShortGoesOnFromItsRateHoweverOftenItChanges(Schedule schedule) {
        TrainConfigDraft cut = plan(schedule, 3);
        TrainConfig before = plan(schedule, 4).config();
        cut.reached = LearningRate.reached(before, cut.config(), 3);
        double last = LearningRate.of(before).at(1, 5);
        assertThat(cut.reached).isEqualTo(new Reached(6, last));
        assertThat(LearningRate.reached(cut.config(), cut.config(), 3)).isEqualTo(cut.reached);
        TrainConfigDraft longer = plan(schedule, 8);
        longer.reached = LearningRate.reached(cut.config(), longer.config(), 3);
        assertThat(longer.reached).isEqualTo(cut.reached);
        TrainConfigDraft longest = plan(schedule, 9);
        longest.reached = LearningRate.reached(longer.config(), longest.config(), 3);
        assertThat(longest.reached).isEqualTo(cut.reached);
        assertThat(LearningRate.of(longer.config()).at(1, 6)).isEqualTo(last);
        assertThat(LearningRate.of(longer.config()).at(1, 11)).isCloseTo(last / 2, within(1e-15));
    }

    @Test
    void aWarmUpAsLongAsTheRunHasNoDecay() {
        var rate = new LearningRate(Schedule.LINEAR, 1, 0, 4, 4, 1, NOTHING);
        assertThat(rate.at(1, 3)).isEqualTo(1);
        assertThat(rate.at(1, 4)).isZero();
        assertThat(new LearningRate(Schedule.COSINE, 1, 0, 8, 4, 1, NOTHING).at(1, 6))
                .isCloseTo(0.875, within(1e-15));
    }
}
