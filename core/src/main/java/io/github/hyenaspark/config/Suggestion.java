package io.github.hyenaspark.config;

import java.util.Collection;
import java.util.Comparator;

/** The known name that a mistyped one is closest to. */
public final class Suggestion {
    private Suggestion() {}

    /** A question to append to a message; empty if no name is close. */
    public static String of(String typed, Collection<String> known, String prefix) {
        // Two letters changed places are two changes; in a short word that would be another word.
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
