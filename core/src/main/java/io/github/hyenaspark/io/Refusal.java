package io.github.hyenaspark.io;

/** Refuses wrong settings, all in the same words. */
public final class Refusal {
    private Refusal() {}

    /** Throws an IllegalArgumentException "KEY: found FOUND, expected EXPECTED" unless a value fits. */
    public static void unless(boolean fits, String key, Object found, String expected) {
        if (!fits) {
            throw new IllegalArgumentException(key + ": found " + found + ", expected " + expected);
        }
    }

    public static void below(long least, String key, long found) {
        unless(found >= least, key, found, "at least " + least);
    }
}
