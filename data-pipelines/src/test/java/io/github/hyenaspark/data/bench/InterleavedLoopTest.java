package io.github.hyenaspark.data.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.bench.InterleavedLoop.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class InterleavedLoopTest {
    @Test
    void worksTakeTurnsAndAreMadeReadyAfterEach() throws IOException {
        List<String> done = new ArrayList<>();
        Work first = new Work(1, () -> done.add("first"), () -> done.add("ready"));
        Work second = Work.of(1, () -> done.add("second"));
        InterleavedLoop.measure(List.of(first, second), 1, 2);
        assertThat(done)
                .containsExactly("first", "ready", "second", "first", "ready", "second", "first", "ready", "second");
    }

    @Test
    void whoWaitsIsSlowByTheClockAndNotByItsProcessor() throws IOException {
        Work waiting = Work.of(1_000_000, () -> {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        });
        InterleavedLoop.Speed speed =
                InterleavedLoop.measure(List.of(waiting), 1, 3).get(0);
        assertThat(speed.wall()).isLessThanOrEqualTo(20);
        assertThat(speed.cpu()).isGreaterThan(2 * speed.wall());
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(InterleavedLoop.median(new double[] {9, 1, 2, 4})).isEqualTo(3);
        assertThat(InterleavedLoop.median(new double[] {9, 1, 2})).isEqualTo(2);
    }
}
