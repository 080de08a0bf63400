package io.github.hyenaspark.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** How settings and their values are spelled, and what a mistyped name was probably meant to be. */
public final class SettingNames {
    private SettingNames() {}

    /** An enum constant as settings spell it: {@code NOT_THERE} is {@code not-there}. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The end of a message: "; did you mean PREFIX+NAME?" with the closest known name; empty if none is close. */
    public static String suggestion(String typed, Collection<String> known, String prefix) {
        // Two swapped letters are two changes; in a short word, two changes make another word.
        int tolerated = typed.length() < 4 ? 1 : Math.max(2, typed.length() / 3);
        return known.stream()
                .filter(name -> distance(typed, name) <= tolerated)
                .min(Comparator.<String>comparingInt(name -> distance(typed, name))
                        .thenComparing(name -> name))
                .map(name -> "; did you mean " + prefix + name + "?")
                .orElse("");
    }

    /** Levenshtein distance: insertions, deletions and changes of one character. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
