package io.github.hyenaspark.data.token;

import io.github.hyenaspark.io.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    /** Counts the words of a text, split by GPT-2's pattern, piece by piece in bounded memory. */
    public static final class PreTokens {
        static final SplitPattern PATTERN = SplitPattern.GPT2;
        private static final Pattern COMPILED = PATTERN.compile(); // which takes longer than a short text

        private final TextPieces pieces;

        /** Reads nothing yet, and never closes the text. */
        public PreTokens(InputStream text) {
            this.pieces = new TextPieces(text, PATTERN);
        }

        /** Counts the words of the next piece; false at the end. A malformed text throws after its earlier words. */
        public boolean countNext(WordCounts into) throws IOException {
            if (!pieces.next()) {
                return false;
            }
            for (Matcher matcher = COMPILED.matcher(pieces.text()); matcher.find(); ) {
                into.add(bytes(matcher.group()));
            }
            return true;
        }

        private static String bytes(String word) {
            for (int i = 0; i < word.length(); i++) {
                if (word.charAt(i) >= 0x80) {
                    return BpeVocabulary.key(word.getBytes(StandardCharsets.UTF_8));
                }
            }
            return word;
        }
    }

    /**
     * Keeps the most frequent words, of equally frequent ones those with the smaller bytes, and knows exactly what it
     * cut. Every word comes once, with its whole count. The result depends neither on the order nor on earlier
     * selections within parts.
     */
    public static final class Top {
        private final int most;
        private final PriorityQueue<WordCount> kept = new PriorityQueue<>(WordCount.ORDER.reversed());
        private long words;
        private long occurrences;

        /** The most frequent words, by descending count; the number and occurrences of all they were chosen from. */
        public record Selection(List<WordCount> top, long words, long occurrences) {
            public long cutWords() {
                return words - top.size();
            }

            public long cutOccurrences() {
                return occurrences - top.stream().mapToLong(WordCount::count).sum();
            }
        }

        public Top(int most) {
            Refusal.below(1, "max-words", most);
            this.most = most;
        }

        public void add(WordCount word) {
            words++;
            occurrences += word.count();
            keep(word);
        }

        /** Adds a selection of other words with the same limit. */
        public void add(Selection selection) {
            words += selection.words();
            occurrences += selection.occurrences();
            selection.top().forEach(this::keep);
        }

        private void keep(WordCount word) {
            if (kept.size() < most) {
                kept.add(word);
            } else if (WordCount.ORDER.compare(word, kept.element()) < 0) {
                kept.remove();
                kept.add(word);
            }
        }

        public Selection selection() {
            List<WordCount> top = new ArrayList<>(kept);
            top.sort(WordCount.ORDER);
            return new Selection(top, words, occurrences);
        }
    }
}
