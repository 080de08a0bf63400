package io.github.hyenaspark.train.config;

import io.github.hyenaspark.io.SplitMix64;

/** How the seed of a step's dropout masks follows from the run's seed, the worker and the step. */
public enum DropoutSeeds {
    /** Unique for up to 2^24 workers and 2^40 steps. */
    MIXED {
        @Override
        public long of(long seed, int worker, long step) {
            long run = SplitMix64.mix(seed + STREAM * SplitMix64.GOLDEN_GAMMA);
            return SplitMix64.mix(run + ((long) worker << STEP_BITS) + step); // mix is one to one
        }
    },
    /** A sum, so worker k at step s + 31 has the masks of worker k + 1 at step s. For runs that began with it. */
    SUM {
        @Override
        public long of(long seed, int worker, long step) {
            return 31 * (31 * seed + worker) + step;
        }
    };

    private static final int STEP_BITS = 40;
    private static final long STREAM = "dropout".hashCode();

    /**
     * The seed of a step.
     *
     * @param seed of the run
     * @param worker k, from 0
     * @param step of the whole run, from 0
     */
    public abstract long of(long seed, int worker, long step);
}
