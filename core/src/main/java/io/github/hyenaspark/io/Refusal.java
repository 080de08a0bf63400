package io.github.hyenaspark.io;

import java.io.FileNotFoundException;
import java.io.IOException;

/** Refuses wrong settings, all in the same words. */
public final class Refusal {
    private Refusal() {}

    /** Reads a file that a setting names. */
    @FunctionalInterface
    public interface Reading<T> {
        T read() throws IOException;
    }

    /** Throws an IllegalArgumentException "KEY: found FOUND, expected EXPECTED" unless a value fits. */
    public static void unless(boolean fits, String key, Object found, String expected) {
        if (!fits) {
            throw new IllegalArgumentException(key + ": found " + found + ", expected " + expected);
        }
    }

    public static void below(long least, String key, long found) {
        unless(found >= least, key, found, "at least " + least);
    }

    /** What is read; IllegalArgumentException "KEY: there is no FILE, expected EXPECTED" if the file is missing. */
    public static <T> T unlessMissing(String key, String expected, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage() + ", expected " + expected, e);
        }
    }
}
