package io.github.hyenaspark.train.config;

import java.util.List;

/** Checks of settings; the messages name the key, what was expected and what was found. */
public final class SettingCheck {
    private SettingCheck() {}

    public static void atLeast(String key, long found, long least) {
        if (found < least) {
            throw new IllegalArgumentException(key + " must be at least " + least + ", found " + found);
        }
    }

    static void positive(String key, double found) {
        if (!(found > 0) || Double.isInfinite(found)) {
            throw new IllegalArgumentException(key + " must be a positive number, found " + found);
        }
    }

    public static void notNegative(String key, double found) {
        if (!(found >= 0) || Double.isInfinite(found)) {
            throw new IllegalArgumentException(key + " must be a number of at least 0, found " + found);
        }
    }

    static void fraction(String key, double found) {
        if (!(found >= 0 && found < 1)) {
            throw new IllegalArgumentException(key + " must be at least 0 and below 1, found " + found);
        }
    }

    /** For a key that may have further values in other systems. */
    static void oneOf(String key, String found, String... known) {
        if (!List.of(known).contains(found)) {
            throw new IllegalArgumentException(
                    key + " = " + found + " is not supported, expected one of " + String.join(", ", known));
        }
    }
}
