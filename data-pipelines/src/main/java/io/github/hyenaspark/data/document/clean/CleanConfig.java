package io.github.hyenaspark.data.document.clean;

import io.github.hyenaspark.data.document.DocumentStep;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * The section {@code data.clean} of the settings: how a text is cleaned, and which texts stay, by their bytes of UTF-8,
 * shares of their characters in [0, 1] and the bytes of their longest line; 0 bytes is no limit.
 *
 * @param maxControlFraction greatest share of control characters other than tab, line feed and carriage return
 * @param steps names of the user's {@link DocumentStep}s, in order
 */
public record CleanConfig(
        NormalisingInput.Normalisation normalisation,
        long minBytes,
        long maxBytes,
        double minLetterFraction,
        double maxDigitFraction,
        double maxControlFraction,
        long maxLineBytes,
        List<String> steps,
        Duplicates duplicates)
        implements Serializable {
    private static final String FRACTION = "a number in [0, 1]";

    public CleanConfig {
        check(minBytes >= 0, "min-bytes", minBytes, "at least 0 bytes");
        check(
                maxBytes == 0 || maxBytes >= Math.max(1, minBytes),
                "max-bytes",
                maxBytes,
                "at least min-bytes (" + minBytes + "), or 0 for no limit");
        check(isFraction(minLetterFraction), "min-letter-fraction", minLetterFraction, FRACTION);
        check(isFraction(maxDigitFraction), "max-digit-fraction", maxDigitFraction, FRACTION);
        check(isFraction(maxControlFraction), "max-control-fraction", maxControlFraction, FRACTION);
        check(maxLineBytes >= 0, "max-line-bytes", maxLineBytes, "at least 1 byte, or 0 for no limit");
        steps = List.copyOf(steps);
        check(steps.stream().distinct().count() == steps.size(), "steps", steps, "each name once");
    }

    /** All that decides how a document is cleaned, as text. */
    public Map<String, String> identity() {
        return Map.of(
                "clean.normalisation", normalisation.name(),
                "clean.min-bytes", Long.toString(minBytes),
                "clean.max-bytes", Long.toString(maxBytes),
                "clean.min-letter-fraction", Double.toString(minLetterFraction),
                "clean.max-digit-fraction", Double.toString(maxDigitFraction),
                "clean.max-control-fraction", Double.toString(maxControlFraction),
                "clean.max-line-bytes", Long.toString(maxLineBytes),
                "clean.steps", String.join(", ", steps),
                "clean.duplicates", duplicates.name());
    }

    private static boolean isFraction(double value) {
        return value >= 0 && value <= 1;
    }

    private static void check(boolean fits, String key, Object found, String expected) {
        if (!fits) {
            throw new IllegalArgumentException("data.clean." + key + ": found " + found + ", expected " + expected);
        }
    }

    /** Keep all documents, the first of equal texts, or the first of nearly equal ones, by {@link MinHash}. */
    public enum Duplicates {
        KEEP,
        EXACT,
        NEAR
    }
}
