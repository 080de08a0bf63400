package io.github.hyenaspark.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.kernel.PartClock.Part;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class PartClockTest {
    private static void during(Part part, Runnable work) {
        Part around = PartClock.enter(part);
        work.run();
        PartClock.leave(around);
    }

    private static void pause() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    @Test
    void anInnerPartCountsForItselfAndTheOptimizerKeepsAllOfItsTime() {
        Map<Part, Double> found = PartClock.fractions(1, () -> {
            during(Part.HEAD, () -> {
                pause();
                during(Part.PRODUCTS, PartClockTest::pause);
            });
            during(Part.OPTIMIZER, () -> {
                during(Part.PRODUCTS, PartClockTest::pause);
                during(Part.PRODUCTS, PartClockTest::pause);
            });
            pause();
        });
        assertThat(found).containsOnlyKeys(Part.values());
        assertThat(found.values().stream().mapToDouble(one -> one).sum()).isCloseTo(1, within(1e-9));
        assertThat(found.get(Part.OPTIMIZER)).isGreaterThan(found.get(Part.PRODUCTS));
        for (Part part : new Part[] {Part.HEAD, Part.PRODUCTS, Part.OPTIMIZER, Part.REST}) {
            assertThat(found.get(part)).as("%s", part).isPositive();
        }
        assertThat(found.get(Part.NORMS)).isZero();
    }

    @Test
    void threadsThatWaitAreTheRest() {
        Map<Part, Double> found = PartClock.fractions(4, () -> during(Part.NORMS, PartClockTest::pause));
        assertThat(found.get(Part.NORMS)).isPositive().isLessThanOrEqualTo(0.25);
        assertThat(found.get(Part.REST)).isGreaterThanOrEqualTo(0.75);
    }

    @Test
    void nothingCountsOutsideOfAMeasurement() {
        during(Part.HEAD, PartClockTest::pause);
        Map<Part, Double> found = PartClock.fractions(1, PartClockTest::pause);
        assertThat(found.get(Part.HEAD)).isZero();
        assertThat(found.get(Part.REST)).isEqualTo(1);
    }
}
