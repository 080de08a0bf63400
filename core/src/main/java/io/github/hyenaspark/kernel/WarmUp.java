package io.github.hyenaspark.kernel;

import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs work until it is compiled, by the time of its own thread: others cannot end it early. */
public final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private static final long LONGEST_NANOS = 3_000_000_000L;
    private static final long BATCH_NANOS = 100_000_000L;
    /** The compiler may be waiting for its turn, so that two equal batches alone say little. */
    private static final int STEADY_BATCHES = 8;

    private static final double STEADY = 0.9;

    private WarmUp() {}

    /**
     * Runs {@code work} in batches of 0.1 s, until the fastest of the last eight is no faster than the fastest before,
     * or for 3 seconds of this thread.
     *
     * @param name of the work, for the log
     */
    public static void run(String name, Runnable work) {
        long start = threadNanos();
        double best = Double.POSITIVE_INFINITY;
        int steady = 0;
        while (steady < STEADY_BATCHES && threadNanos() - start < LONGEST_NANOS) {
            double nanos = batch(work);
            steady = nanos < STEADY * best ? 0 : steady + 1;
            best = Math.min(best, nanos);
        }
        LOG.debug(
                "Warmed up {} for {} ms; one run takes {} ns",
                name,
                (threadNanos() - start) / 1_000_000,
                Math.round(best));
    }

    private static double batch(Runnable work) {
        long start = threadNanos();
        long rounds = 0;
        long nanos;
        do {
            work.run();
            rounds++;
            nanos = threadNanos() - start;
        } while (nanos < BATCH_NANOS);
        return (double) nanos / rounds;
    }

    private static long threadNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
