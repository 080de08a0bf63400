package io.github.hyenaspark.train.config;

/** How the seed of a step's dropout masks is made of the run's seed, the worker and the step. */
public enum DropoutSeeds {
    /** No two steps of any two workers have the same, up to 2^24 workers and 2^40 steps. */
    MIXED {
        @Override
        public long of(long seed, int worker, long step) {
            long run = mix(seed + STREAM * GOLDEN);
            return mix(run + ((long) worker << STEP_BITS) + step); // mix is one to one
        }
    },
    /** A sum, in which worker k has at step s + 31 what worker k + 1 has at step s. For runs that began with it. */
    SUM {
        @Override
        public long of(long seed, int worker, long step) {
            return 31 * (31 * seed + worker) + step;
        }
    };

    private static final int STEP_BITS = 40;
    private static final long STREAM = "dropout".hashCode();
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /**
     * The seed of a step.
     *
     * @param seed of the run
     * @param worker k, from 0
     * @param step of the whole run, from 0
     */
    public abstract long of(long seed, int worker, long step);

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
