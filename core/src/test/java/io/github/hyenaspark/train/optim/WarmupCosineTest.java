package io.github.hyenaspark.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Expected values by hand from timm's rule with lr 6e-4, floor 6e-5, 100 of 1000 steps of warm-up. */
class WarmupCosineTest {
    private static final WarmupCosine SCHEDULE = new WarmupCosine(6e-5, 100, 1000);

    @Test
    void warmUpIsAStraightLineFromOneMillionth() {
        assertThat(SCHEDULE.rate(6e-4, 0)).isEqualTo(1e-6);
        assertThat(SCHEDULE.rate(6e-4, 50)).isCloseTo((6e-4 + 1e-6) / 2, within(1e-18));
        assertThat(SCHEDULE.rate(6e-4, 99)).isCloseTo(1e-6 + 0.99 * 5.99e-4, within(1e-18));
    }

    @Test
    void theCosineDoesNotSubtractTheWarmUp() {
        assertThat(SCHEDULE.rate(6e-4, 100))
                .isCloseTo(6e-5 + 2.7e-4 * (1 + Math.cos(0.1 * Math.PI)), within(1e-18))
                .isLessThan(6e-4);
        assertThat(SCHEDULE.rate(6e-4, 500)).isCloseTo((6e-4 + 6e-5) / 2, within(1e-18));
        assertThat(SCHEDULE.rate(6e-4, 999))
                .isCloseTo(6e-5 + 2.7e-4 * (1 - Math.cos(Math.PI / 1000)), within(1e-18))
                .isGreaterThan(6e-5);
    }

    @Test
    void theFloorHoldsFromTheEndOn() {
        assertThat(SCHEDULE.rate(6e-4, 1000)).isEqualTo(6e-5);
        assertThat(SCHEDULE.rate(6e-4, 1_000_000_000_000L)).isEqualTo(6e-5);
    }

    @Test
    void aGroupBelowTheFloorIsRaisedToIt() {
        assertThat(SCHEDULE.rate(1e-5, 500)).isCloseTo((1e-5 + 6e-5) / 2, within(1e-18));
        assertThat(SCHEDULE.rate(1e-5, 1000)).isEqualTo(6e-5);
    }

    @Test
    void withoutWarmUpItStartsAtTheBaseRate() {
        assertThat(new WarmupCosine(0, 0, 10).rate(0.5, 0)).isEqualTo(0.5);
        assertThat(new WarmupCosine(0, 0, 1).rate(0.5, 1)).isZero();
    }

    @Test
    void aWarmUpLongerThanTheRunGoesOn() {
        assertThat(new WarmupCosine(0, 20, 10).rate(0.5, 15)).isCloseTo(1e-6 + 0.75 * (0.5 - 1e-6), within(1e-15));
    }
}
