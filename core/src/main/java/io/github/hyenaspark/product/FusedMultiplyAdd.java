package io.github.hyenaspark.product;

import java.lang.management.ManagementFactory;

/**
 * Whether the JVM does {@link Math#fma} in one instruction: without it, each becomes sums and products of BigDecimal,
 * about a microsecond, and the products of a training a thousand times as slow.
 */
final class FusedMultiplyAdd {
    /** An instruction takes some 50 ns where code is not compiled yet, and 1 ns where it is. */
    private static final double SLOWEST_NANOS = 300;

    private static final int TRIES = 20;
    private static final int CALLS = 200;

    private FusedMultiplyAdd() {}

    /** IllegalStateException if it has to be computed; takes a millisecond at most. */
    static void require() {
        double nanos = nanos();
        if (nanos > SLOWEST_NANOS) {
            throw new IllegalStateException("Math.fma takes " + Math.round(nanos)
                    + " ns here, expected a few: this CPU has no fused multiply-add, or Java runs with -XX:-UseFMA;"
                    + " use x86 processors from Haswell or Zen on, or 64-bit ARM, and no such flag");
        }
    }

    /** Of one call, in the fastest of several tries. */
    private static double nanos() {
        long best = Long.MAX_VALUE;
        float sum = 0.1f;
        for (int number = 0; number < TRIES; number++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            for (int call = 0; call < CALLS; call++) {
                sum = Math.fma(sum, 0.5f, 0.1f);
            }
            best = Math.min(best, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start);
        }
        if (Float.isNaN(sum)) { // never, but a sum that nobody uses need not be computed
            throw new AssertionError("0.2 expected, found NaN");
        }
        return (double) best / CALLS;
    }
}
