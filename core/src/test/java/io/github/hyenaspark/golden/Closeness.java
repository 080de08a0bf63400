package io.github.hyenaspark.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** Equality up to a share of the largest expected magnitude. */
final class Closeness {
    private Closeness() {}

    static void check(String what, double[] found, double[] expected, double tolerance) {
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
