package io.github.hyenaspark.data.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Works that are measured in turns on one thread, so that what disturbs one disturbs the others. */
public final class InterleavedLoop {
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final double NANOS = 1e-9;
    private static final double MEGABYTE = 1e6;

    private InterleavedLoop() {}

    /** Something that may read and write. */
    @FunctionalInterface
    public interface Action {
        /** Does it once. */
        void run() throws IOException;
    }

    /**
     * What is measured.
     *
     * @param bytes of input that it goes through
     * @param action the work itself
     * @param after what makes it possible once more; not measured
     */
    public record Work(long bytes, Action action, Action after) {
        /** Work that can be repeated as it is. */
        public static Work of(long bytes, Action action) {
            return new Work(bytes, action, () -> {});
        }
    }

    /**
     * How fast input was used up, the median of the repeats.
     *
     * @param cpu MB (10^6 bytes) a second of CPU time of the thread
     * @param wall MB a second of the clock, in which the disk is waited for
     */
    public record Speed(double cpu, double wall) {}

    /**
     * Measures.
     *
     * @param warmUp rounds of turns before those that count
     * @param repeats rounds of turns that count, at least one
     * @return the speed of each work, in their order
     */
    public static List<Speed> measure(List<Work> works, int warmUp, int repeats) throws IOException {
        double[][] cpu = new double[works.size()][repeats];
        double[][] wall = new double[works.size()][repeats];
        for (int repeat = -warmUp; repeat < repeats; repeat++) {
            for (int i = 0; i < works.size(); i++) {
                long cpuBegin = CLOCK.getCurrentThreadCpuTime();
                long begin = System.nanoTime();
                works.get(i).action().run();
                long nanos = System.nanoTime() - begin;
                long cpuNanos = CLOCK.getCurrentThreadCpuTime() - cpuBegin;
                if (repeat >= 0) {
                    cpu[i][repeat] = cpuNanos * NANOS;
                    wall[i][repeat] = nanos * NANOS;
                }
                works.get(i).after().run();
            }
        }
        List<Speed> speeds = new ArrayList<>();
        for (int i = 0; i < works.size(); i++) {
            double megabytes = works.get(i).bytes() / MEGABYTE;
            speeds.add(new Speed(megabytes / median(cpu[i]), megabytes / median(wall[i])));
        }
        return speeds;
    }

    /** The middle one; of an even number the mean of the two in the middle. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int upper = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[upper] : (sorted[upper - 1] + sorted[upper]) / 2;
    }
}
