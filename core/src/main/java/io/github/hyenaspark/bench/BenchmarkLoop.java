package io.github.hyenaspark.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Times of the repeats of one piece of work.
 *
 * @param seconds of each, in order, at least one
 */
public record BenchmarkLoop(List<Double> seconds) {
    private static final int FEWEST = 5;
    private static final int MOST = 15;
    private static final double ENOUGH_SECONDS = 5;
    private static final double LONG_SECONDS = 60;
    private static final double WARM_SECONDS = 0.2;

    public BenchmarkLoop {
        if (seconds.isEmpty()) {
            throw new IllegalArgumentException("a measurement needs at least one repeat");
        }
        seconds = List.copyOf(seconds);
    }

    /**
     * Repeats {@code work} after a warm-up of at least two runs and 0.2 s, which wakes the cores and threads of an idle
     * machine.
     *
     * @param count 0 for as many as fit in 5 seconds, at least 5 (2 if they take a minute) and at most 15
     * @param nanos the clock
     */
    static BenchmarkLoop of(int count, LongSupplier nanos, Runnable work) {
        long begin = nanos.getAsLong();
        for (int run = 0; run < 2 || (nanos.getAsLong() - begin) * 1e-9 < WARM_SECONDS; run++) {
            work.run();
        }
        List<Double> seconds = new ArrayList<>();
        double total = 0;
        while (more(seconds.size(), count, total)) {
            long start = nanos.getAsLong();
            work.run();
            double taken = (nanos.getAsLong() - start) * 1e-9;
            seconds.add(taken);
            total += taken;
        }
        return new BenchmarkLoop(seconds);
    }

    /**
     * Whether to measure again after {@code done} repeats in {@code total} seconds; {@code count} as in {@link #of}.
     */
    static boolean more(int done, int count, double total) {
        if (count > 0) {
            return done < count;
        }
        return done < 2 || (done < FEWEST ? total < LONG_SECONDS : done < MOST && total < ENOUGH_SECONDS);
    }

    /** CPU time of the calling thread with one thread, undisturbed by other processes; wall-clock time with more. */
    static LongSupplier clockOf(int threads) {
        return threads == 1 ? ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime : System::nanoTime;
    }

    public double median() {
        List<Double> sorted = seconds.stream().sorted().toList();
        int upper = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(upper) : (sorted.get(upper - 1) + sorted.get(upper)) / 2;
    }

    public double best() {
        return seconds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }
}
