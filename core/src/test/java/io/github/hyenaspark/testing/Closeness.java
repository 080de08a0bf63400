package io.github.hyenaspark.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Equality up to a share of the largest expected magnitude. */
public final class Closeness {
    private Closeness() {}

    /**
     * Fails if any element is further from the expected one than {@code tolerance} times the largest expected
     * magnitude.
     */
    public static void check(String what, double @Nullable [] found, double[] expected, double tolerance) {
        if (found == null) {
            throw new AssertionError(what + " is missing");
        }
        assertThat(found).as("elements of " + what).hasSameSizeAs(expected);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as(what + "[" + i + "]").isFinite();
            worst = Math.max(worst, Math.abs(found[i] - expected[i]));
        }
        assertThat(worst)
                .as("largest deviation of %s, whose largest element is %s", what, largest)
                .isLessThanOrEqualTo(tolerance * largest);
    }
}
