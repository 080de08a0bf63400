package io.github.hyenaspark.data.token.train;

import java.util.Comparator;

/**
 * How often a word occurs.
 *
 * @param word its bytes in UTF-8, each a character of ISO 8859-1
 * @param count at least 1
 */
public record WordCount(String word, long count) {
    /** The more frequent first, then the smaller bytes. */
    static final Comparator<WordCount> ORDER =
            Comparator.comparingLong(WordCount::count).reversed().thenComparing(WordCount::word);

    public WordCount {
        if (word.isEmpty() || count < 1) {
            throw new IllegalArgumentException(
                    "a word of " + word.length() + " bytes occurs " + count + " times, expected at least 1 of both");
        }
    }
}
