package io.github.hyenaspark.io;

/** The parts of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), from which all seeds and hashes here are mixed. */
public final class SplitMix64 {
    /** The step between two states: 2^64 divided by the golden ratio, odd. */
    public static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private SplitMix64() {}

    /** The finaliser, a permutation of all longs. */
    public static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
