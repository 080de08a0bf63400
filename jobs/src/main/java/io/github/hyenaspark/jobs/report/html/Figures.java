package io.github.hyenaspark.jobs.report.html;

import java.util.Locale;

/** Numbers and names as people read them: 1,234,567, 12.5 %, 64k. */
public final class Figures {
    /** Shown for a missing figure. */
    public static final String NONE = "–";

    private static final String[] BINARY_UNITS = {"", "k", "M", "G", "T", "P", "E"};

    private Figures() {}

    public static String whole(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** About three digits; no decimals from 100 up. */
    public static String rounded(double number) {
        if (!Double.isFinite(number)) {
            return NONE;
        }
        double size = Math.abs(number);
        return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", number);
    }

    public static String fourDecimals(double number) {
        return Double.isFinite(number) ? String.format(Locale.ROOT, "%.4f", number) : NONE;
    }

    /** A percentage with one decimal, 0 and 100 only if exact; {@link #NONE} if the whole is 0. */
    public static String percent(long part, long whole) {
        if (whole <= 0) {
            return NONE;
        }
        double percent = 100.0 * part / whole;
        if (part > 0 && percent < 0.1) {
            return "< 0.1 %";
        }
        return part < whole && percent > 99.9 ? "> 99.9 %" : String.format(Locale.ROOT, "%.1f %%", percent);
    }

    /** A quotient as {@link #rounded}; {@link #NONE} if the divisor is 0. */
    public static String ratio(long number, long by) {
        return by > 0 ? rounded((double) number / by) : NONE;
    }

    /** 1.23 million, 4.00 billion; empty below a million. */
    public static String inWords(long number) {
        if (number >= 1_000_000_000_000L) {
            return rounded(number / 1e12) + " trillion";
        }
        if (number >= 1_000_000_000) {
            return rounded(number / 1e9) + " billion";
        }
        return number >= 1_000_000 ? rounded(number / 1e6) + " million" : "";
    }

    /** A length in tokens, with binary units if it is a multiple: 512, 1k, 64k, 1M, but 1,000. */
    public static String length(long tokens) {
        long count = tokens;
        int unit = 0;
        while (count >= 1024 && count % 1024 == 0) {
            count /= 1024;
            unit++;
        }
        return whole(count) + BINARY_UNITS[unit];
    }

    /** The beginning and end of a name, of at most this many characters. Control characters become spaces. */
    public static String shortened(String name, int characters) {
        String line = name.replaceAll("\\p{Cntrl}", " ");
        int[] points = line.codePoints().toArray();
        if (points.length <= characters) {
            return line;
        }
        int head = characters / 2;
        int tail = characters - head - 1;
        return new String(points, 0, head) + "…" + new String(points, points.length - tail, tail);
    }
}
