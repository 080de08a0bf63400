package io.github.hyenaspark.data.token.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Word counts since the last drain. It is drained when full: counts are sums, so a word's count may come in parts. */
public final class WordCounts {
    private static final int MOST_WORDS = 500_000;
    private static final long MOST_BYTES = 32L << 20;

    private final Map<String, long[]> counts = new HashMap<>();
    private long bytes;

    void add(String word) {
        long[] count = counts.get(word);
        if (count == null) {
            counts.put(word, new long[] {1});
            bytes += word.length();
        } else {
            count[0]++;
        }
    }

    public boolean isFull() {
        return counts.size() >= MOST_WORDS || bytes >= MOST_BYTES;
    }

    /** Returns the counts, unordered, and clears them. */
    public List<WordCount> drain() {
        List<WordCount> drained = new ArrayList<>(counts.size());
        counts.forEach((word, count) -> drained.add(new WordCount(word, count[0])));
        counts.clear();
        bytes = 0;
        return drained;
    }

    /** How often a word occurs, at least once; its UTF-8 bytes are characters of ISO 8859-1. */
    public record WordCount(String word, long count) {
        static final Comparator<WordCount> ORDER =
                Comparator.comparingLong(WordCount::count).reversed().thenComparing(WordCount::word);

        public WordCount {
            if (word.isEmpty() || count < 1) {
                throw new IllegalArgumentException("a word of " + word.length() + " bytes occurs " + count
                        + " times, expected at least 1 of both");
            }
        }
    }
}
