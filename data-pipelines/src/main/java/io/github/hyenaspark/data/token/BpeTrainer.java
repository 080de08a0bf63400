package io.github.hyenaspark.data.token;

import io.github.hyenaspark.data.token.WordCounts.PreTokens;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.SplitMix64;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Learns byte-level BPE from counted words: the most frequent pair of adjacent tokens becomes one, again and again. Of
 * equally frequent pairs the one with the smaller bytes wins, left token before right, so the result depends on the
 * counts alone.
 *
 * <p>Ids: 0 to 255 are the bytes, then one for each merge in order, and last {@code <|endoftext|>}.
 */
public final class BpeTrainer {
    private static final int BYTES = 256;
    private static final String NAME = "bpe";

    private final long minFrequency;
    private final int[] symbols; // the tokens of all words, one word after the other
    private final int[] begins;
    private final int[] lengths; // tokens that a word has now
    private final long[] counts;
    private final List<String> tokens = new ArrayList<>(); // bytes as ISO 8859-1
    private final PairCounts pairs = new PairCounts();
    private final PriorityQueue<Candidate> heap;

    /** A pair to merge, with an upper bound of its count. */
    private record Candidate(long pair, long count) {}

    private BpeTrainer(List<WordCounts.WordCount> words, long minFrequency) {
        this.minFrequency = minFrequency;
        this.begins = new int[words.size()];
        this.lengths = new int[words.size()];
        this.counts = new long[words.size()];
        this.symbols = symbols(words);
        for (int b = 0; b < BYTES; b++) {
            tokens.add(String.valueOf((char) b));
        }
        Comparator<Candidate> order = Comparator.comparingLong(Candidate::count).reversed();
        this.heap = new PriorityQueue<>(order.thenComparing(candidate -> tokens.get(PairCounts.left(candidate.pair())))
                .thenComparing(candidate -> tokens.get(PairCounts.right(candidate.pair()))));
    }

    /**
     * Learns a tokenizer of V ids, at least 257, or fewer if the pairs run out, from the words of {@link PreTokens}, at
     * most 2^31-1 bytes.
     */
    public static BpeTokenizer train(List<WordCounts.WordCount> words, int vocabularySize, long minFrequency) {
        String fewest = "at least 257: the bytes and the end of a document";
        Refusal.unless(vocabularySize > BYTES, "tokenizer.vocab", vocabularySize, fewest);
        Refusal.below(1, "tokenizer.min-frequency", minFrequency);
        var trainer = new BpeTrainer(words, minFrequency);
        return new BpeTokenizer(NAME, trainer.vocabulary(trainer.merges(vocabularySize - BYTES - 1)));
    }

    private int[] symbols(List<WordCounts.WordCount> words) {
        long bytes = words.stream().mapToLong(word -> word.word().length()).sum();
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("tokenizer.max-words: found " + words.size() + " words of " + bytes
                    + " bytes, expected at most 2147483647 bytes; lower it");
        }
        int[] all = new int[(int) bytes];
        int at = 0;
        for (int word = 0; word < begins.length; word++) {
            String text = words.get(word).word();
            begins[word] = at;
            lengths[word] = text.length();
            counts[word] = words.get(word).count();
            for (int i = 0; i < text.length(); i++) {
                all[at++] = text.charAt(i);
            }
        }
        return all;
    }

    private List<Long> merges(int most) {
        for (int word = 0; word < begins.length; word++) {
            for (int at = begins[word]; at + 1 < begins[word] + lengths[word]; at++) {
                pairs.add(PairCounts.pair(symbols[at], symbols[at + 1]), counts[word], word);
            }
        }
        for (long pair : pairs.pairs()) {
            offer(pair);
        }
        List<Long> merges = new ArrayList<>();
        while (merges.size() < most && !heap.isEmpty()) {
            Candidate best = heap.remove();
            if (pairs.count(best.pair()) == best.count()) {
                merges.add(best.pair());
                merge(best.pair());
            } else {
                offer(best.pair()); // it has become less frequent meanwhile
            }
        }
        return merges;
    }

    private void offer(long pair) {
        long count = pairs.count(pair);
        if (count >= minFrequency) {
            heap.add(new Candidate(pair, count));
        }
    }

    private void merge(long pair) {
        int left = PairCounts.left(pair);
        int right = PairCounts.right(pair);
        int made = tokens.size();
        tokens.add(tokens.get(left) + tokens.get(right));
        Set<Long> changed = new HashSet<>();
        for (int word : pairs.remove(pair)) {
            mergeIn(word, pair, made, changed);
        }
        pairs.remove(pair); // what overlapping neighbours took from it
        changed.forEach(this::offer);
    }

    /** Merges in one word, from left to right, and updates the neighbours' counts. */
    private void mergeIn(int word, long pair, int made, Set<Long> changed) {
        int left = PairCounts.left(pair);
        int right = PairCounts.right(pair);
        long count = counts[word];
        int begin = begins[word];
        int end = begin + lengths[word];
        int to = begin;
        for (int from = begin; from < end; to++) {
            if (symbols[from] != left || from + 1 == end || symbols[from + 1] != right) {
                symbols[to] = symbols[from++];
                continue;
            }
            from += 2;
            symbols[to] = made;
            if (to > begin) {
                pairs.subtract(PairCounts.pair(symbols[to - 1], left), count);
                changed.add(added(PairCounts.pair(symbols[to - 1], made), count, word));
            }
            if (from < end) {
                pairs.subtract(PairCounts.pair(right, symbols[from]), count);
                changed.add(added(PairCounts.pair(made, symbols[from]), count, word));
            }
        }
        lengths[word] = to - begin;
    }

    private long added(long pair, long count, int word) {
        pairs.add(pair, count, word);
        return pair;
    }

    private BpeVocabulary vocabulary(List<Long> merges) {
        byte[][] bytes = new byte[tokens.size() + 1][];
        for (int id = 0; id < tokens.size(); id++) {
            bytes[id] = tokens.get(id).getBytes(StandardCharsets.ISO_8859_1);
        }
        bytes[tokens.size()] = new byte[0];
        return new BpeVocabulary(
                bytes,
                merges.stream().mapToInt(PairCounts::left).toArray(),
                merges.stream().mapToInt(PairCounts::right).toArray(),
                new TreeMap<>(Map.of(BpeVocabulary.ENDS.get(0), tokens.size())),
                PreTokens.PATTERN,
                false);
    }

    /** How often two tokens are adjacent in all words, and in which words: a hash table of primitives. */
    private static final class PairCounts {
        private static final long EMPTY = -1;
        private static final int[] NO_WORDS = {};

        private long[] pairs = emptyPairs(1 << 16); // left and right token, 32 bits each
        private long[] counts = new long[1 << 16];
        private int[][] words = noWords(1 << 16);
        private int[] wordCounts = new int[1 << 16];
        private int size;

        static long pair(int left, int right) {
            return (long) left << Integer.SIZE | right;
        }

        static int left(long pair) {
            return (int) (pair >>> Integer.SIZE);
        }

        static int right(long pair) {
            return (int) pair;
        }

        long count(long pair) {
            return counts[slot(pair)];
        }

        /** Counts a pair in a word; while a pair is new, words come in ascending order. */
        void add(long pair, long count, int word) {
            int slot = slotForNew(pair);
            counts[slot] += count;
            int used = wordCounts[slot];
            if (used > 0 && words[slot][used - 1] == word) {
                return;
            }
            if (used == words[slot].length) {
                words[slot] = Arrays.copyOf(words[slot], Math.max(2, used + used / 2));
            }
            words[slot][used] = word;
            wordCounts[slot] = used + 1;
        }

        void subtract(long pair, long count) {
            counts[slot(pair)] -= count;
        }

        /** The words that have or had the pair, ascending; the pair's words and count are cleared. */
        int[] remove(long pair) {
            int slot = slot(pair);
            int[] removed = Arrays.copyOf(words[slot], wordCounts[slot]);
            counts[slot] = 0;
            words[slot] = NO_WORDS;
            wordCounts[slot] = 0;
            return removed;
        }

        long[] pairs() {
            return Arrays.stream(pairs).filter(pair -> pair != EMPTY).toArray();
        }

        private int slotForNew(long pair) {
            int slot = slot(pair);
            if (pairs[slot] != EMPTY) {
                return slot;
            }
            if (2 * (size + 1) > pairs.length) {
                grow();
                slot = slot(pair);
            }
            pairs[slot] = pair;
            size++;
            return slot;
        }

        private int slot(long pair) {
            int mask = pairs.length - 1;
            long mixed = pair * SplitMix64.GOLDEN_GAMMA; // Fibonacci hashing
            int slot = (int) (mixed >>> Integer.SIZE) & mask;
            while (pairs[slot] != EMPTY && pairs[slot] != pair) {
                slot = (slot + 1) & mask;
            }
            return slot;
        }

        private void grow() {
            long[] oldPairs = pairs;
            long[] oldCounts = counts;
            int[][] oldWords = words;
            int[] oldWordCounts = wordCounts;
            int capacity = Math.multiplyExact(2, oldPairs.length);
            pairs = emptyPairs(capacity);
            counts = new long[capacity];
            words = noWords(capacity);
            wordCounts = new int[capacity];
            for (int old = 0; old < oldPairs.length; old++) {
                if (oldPairs[old] != EMPTY) {
                    int slot = slot(oldPairs[old]);
                    pairs[slot] = oldPairs[old];
                    counts[slot] = oldCounts[old];
                    words[slot] = oldWords[old];
                    wordCounts[slot] = oldWordCounts[old];
                }
            }
        }

        private static long[] emptyPairs(int capacity) {
            long[] pairs = new long[capacity];
            Arrays.fill(pairs, EMPTY);
            return pairs;
        }

        private static int[][] noWords(int capacity) {
            int[][] words = new int[capacity][];
            Arrays.fill(words, NO_WORDS);
            return words;
        }
    }
}
