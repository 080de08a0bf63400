package io.github.hyenaspark.data.document.clean;

import io.github.hyenaspark.io.Refusal;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** The section {@code data.clean}, how a text is cleaned and which stay; {@code reference.conf} describes its keys. */
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
        Refusal.unless(minBytes >= 0, "data.clean.min-bytes", minBytes, "at least 0 bytes");
        Refusal.unless(
                maxBytes == 0 || maxBytes >= Math.max(1, minBytes),
                "data.clean.max-bytes",
                maxBytes,
                "at least min-bytes (" + minBytes + "), or 0 for no limit");
        Refusal.unless(isFraction(minLetterFraction), "data.clean.min-letter-fraction", minLetterFraction, FRACTION);
        Refusal.unless(isFraction(maxDigitFraction), "data.clean.max-digit-fraction", maxDigitFraction, FRACTION);
        Refusal.unless(isFraction(maxControlFraction), "data.clean.max-control-fraction", maxControlFraction, FRACTION);
        Refusal.unless(
                maxLineBytes >= 0, "data.clean.max-line-bytes", maxLineBytes, "at least 1 byte, or 0 for no limit");
        steps = List.copyOf(steps);
        Refusal.unless(steps.stream().distinct().count() == steps.size(), "data.clean.steps", steps, "each name once");
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

    /** Keep all documents, the first of equal texts, or the first of nearly equal ones, by {@link MinHash}. */
    public enum Duplicates {
        KEEP,
        EXACT,
        NEAR
    }
}
