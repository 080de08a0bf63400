package io.github.hyenaspark.data.token.train;

import io.github.hyenaspark.io.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Keeps the most frequent words, of equally frequent ones those with the smaller bytes, and knows exactly what it cut.
 * Every word comes once, with its whole count. The result depends neither on the order nor on earlier selections within
 * parts.
 */
public final class TopWords {
    private final int most;
    private final PriorityQueue<WordCounts.WordCount> kept = new PriorityQueue<>(WordCounts.WordCount.ORDER.reversed());
    private long words;
    private long occurrences;

    /** The most frequent words, by descending count; the number and occurrences of all they were chosen from. */
    public record Selection(List<WordCounts.WordCount> top, long words, long occurrences) {
        public long cutWords() {
            return words - top.size();
        }

        public long cutOccurrences() {
            return occurrences
                    - top.stream().mapToLong(WordCounts.WordCount::count).sum();
        }
    }

    public TopWords(int most) {
        Refusal.below(1, "max-words", most);
        this.most = most;
    }

    public void add(WordCounts.WordCount word) {
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

    private void keep(WordCounts.WordCount word) {
        if (kept.size() < most) {
            kept.add(word);
        } else if (WordCounts.WordCount.ORDER.compare(word, kept.element()) < 0) {
            kept.remove();
            kept.add(word);
        }
    }

    public Selection selection() {
        List<WordCounts.WordCount> top = new ArrayList<>(kept);
        top.sort(WordCounts.WordCount.ORDER);
        return new Selection(top, words, occurrences);
    }
}
