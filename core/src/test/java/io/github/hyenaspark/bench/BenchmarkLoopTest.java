package io.github.hyenaspark.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.bench.BenchmarkLoop.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class BenchmarkLoopTest {
    /** A clock that only the work moves on. */
    private static BenchmarkLoop repeats(int count, long nanosOfOne, AtomicInteger runs) {
        AtomicLong now = new AtomicLong();
        return BenchmarkLoop.of(count, now::get, () -> {
            runs.incrementAndGet();
            now.addAndGet(nanosOfOne);
        });
    }

    @Test
    void theMedianIsTheMiddleOneOrTheMeanOfTheTwoInTheMiddle() {
        assertThat(new BenchmarkLoop(List.of(5.0, 1.0, 3.0)).median()).isEqualTo(3);
        assertThat(new BenchmarkLoop(List.of(5.0, 1.0, 3.0, 4.0)).median()).isEqualTo(3.5);
        assertThat(new BenchmarkLoop(List.of(5.0, 1.0, 3.0)).best()).isEqualTo(1);
    }

    @Test
    void twoRunsComeFirstAndDoNotCount() {
        AtomicInteger runs = new AtomicInteger();
        assertThat(repeats(3, 2_000_000_000, runs).seconds()).containsExactly(2.0, 2.0, 2.0);
        assertThat(runs).hasValue(5);
    }

    @Test
    void withoutANumberTheyFillFiveSecondsWithFiveToFifteen() {
        assertThat(repeats(0, 1_000, new AtomicInteger()).seconds()).hasSize(15);
        assertThat(repeats(0, 625_000_000, new AtomicInteger()).seconds()).hasSize(8);
        assertThat(repeats(0, 5_000_000_000L, new AtomicInteger()).seconds()).hasSize(5);
        assertThat(repeats(0, 25_000_000_000L, new AtomicInteger()).seconds()).hasSize(3);
        assertThat(repeats(0, 60_000_000_000L, new AtomicInteger()).seconds()).hasSize(2);
    }

    @Test
    void workloadsAlternateAndAreMadeReadyAfterEach() throws IOException {
        List<String> done = new ArrayList<>();
        Workload first = new Workload(1, () -> done.add("first"), () -> done.add("ready"));
        Workload second = Workload.of(1, () -> done.add("second"));
        BenchmarkLoop.interleaved(List.of(first, second), 1, 2);
        assertThat(done)
                .containsExactly("first", "ready", "second", "first", "ready", "second", "first", "ready", "second");
    }

    @Test
    void whoWaitsIsSlowByTheClockAndNotByItsProcessor() throws IOException {
        Workload waiting = Workload.of(1_000_000, () -> {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        });
        BenchmarkLoop.Speed speed =
                BenchmarkLoop.interleaved(List.of(waiting), 1, 3).get(0);
        assertThat(speed.wall()).isLessThanOrEqualTo(20);
        assertThat(speed.cpu()).isGreaterThan(2 * speed.wall());
    }
}
