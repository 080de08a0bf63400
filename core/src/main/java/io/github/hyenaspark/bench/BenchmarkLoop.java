package io.github.hyenaspark.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

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

    /** Something that may read and write. */
    @FunctionalInterface
    public interface Action {
        /** Does it once. */
        void run() throws IOException;
    }

    /**
     * Work whose speed is measured.
     *
     * @param bytes of input that it consumes; 0 where only its time is asked for
     * @param after prepares the next run; not measured
     */
    public record Workload(long bytes, Action action, Action after) {
        /** Work that can be repeated as it is. */
        public static Workload of(long bytes, Action action) {
            return new Workload(bytes, action, () -> {});
        }
    }

    /**
     * How fast input is consumed, the median of the repeats.
     *
     * @param cpu MB (10^6 bytes) per second of the thread's CPU time
     * @param wall MB per second of wall-clock time, which includes waiting for the disk
     */
    public record Speed(double cpu, double wall) {}

    /**
     * Measures workloads alternately on this thread, so that whatever disturbs one disturbs the others.
     *
     * @param warmUp rounds before those that count
     * @param repeats rounds that count, at least one
     * @return the speed of each workload, in their order
     */
    public static List<Speed> interleaved(List<Workload> loads, int warmUp, int repeats) throws IOException {
        List<Turns> turns = inTurns(loads, warmUp, repeats);
        List<Speed> speeds = new ArrayList<>();
        for (int i = 0; i < loads.size(); i++) {
            double megabytes = loads.get(i).bytes() / 1e6;
            speeds.add(new Speed(
                    megabytes / turns.get(i).cpu().median(),
                    megabytes / turns.get(i).wall().median()));
        }
        return speeds;
    }

    /** The times of one workload among others. */
    record Turns(BenchmarkLoop cpu, BenchmarkLoop wall) {}

    /** The times behind {@link #interleaved}. */
    static List<Turns> inTurns(List<Workload> loads, int warmUp, int repeats) throws IOException {
        double[][] cpu = new double[loads.size()][repeats];
        double[][] wall = new double[loads.size()][repeats];
        for (int repeat = -warmUp; repeat < repeats; repeat++) {
            for (int i = 0; i < loads.size(); i++) {
                long cpuBegin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                long begin = System.nanoTime();
                loads.get(i).action().run();
                long nanos = System.nanoTime() - begin;
                long cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBegin;
                if (repeat >= 0) {
                    cpu[i][repeat] = cpuNanos * 1e-9;
                    wall[i][repeat] = nanos * 1e-9;
                }
                loads.get(i).after().run();
            }
        }
        return IntStream.range(0, loads.size())
                .mapToObj(i -> new Turns(of(cpu[i]), of(wall[i])))
                .toList();
    }

    private static BenchmarkLoop of(double[] seconds) {
        return new BenchmarkLoop(Arrays.stream(seconds).boxed().toList());
    }
}
