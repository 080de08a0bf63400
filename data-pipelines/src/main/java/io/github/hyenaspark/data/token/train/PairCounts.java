package io.github.hyenaspark.data.token.train;

import io.github.hyenaspark.io.SplitMix64;
import java.util.Arrays;

/** How often two tokens are adjacent in all words, and in which words: a hash table of primitives. */
final class PairCounts {
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
