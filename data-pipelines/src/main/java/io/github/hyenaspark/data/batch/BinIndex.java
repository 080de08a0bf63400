package io.github.hyenaspark.data.batch;

import java.util.ArrayList;
import java.util.List;

/** A set of numbers in [0, n) that finds the next one in it after log64 n steps: bits, and bits of words of bits. */
final class BinIndex {
    private static final int WORD_BITS = 6;

    private final long[][] levels;

    BinIndex(int size) {
        List<long[]> made = new ArrayList<>();
        int words = size;
        do {
            words = (words + Long.SIZE - 1) >>> WORD_BITS;
            made.add(new long[words]);
        } while (words > 1);
        this.levels = made.toArray(long[][]::new);
    }

    void add(int number) {
        int at = number;
        for (long[] level : levels) {
            level[at >>> WORD_BITS] |= 1L << at;
            at >>>= WORD_BITS;
        }
    }

    void remove(int number) {
        int at = number;
        for (long[] level : levels) {
            level[at >>> WORD_BITS] &= ~(1L << at);
            if (level[at >>> WORD_BITS] != 0) {
                return;
            }
            at >>>= WORD_BITS;
        }
    }

    /** The smallest number in the set that is at least this one; -1 if there is none. */
    int atLeast(int number) {
        int at = number;
        for (int level = 0; level < levels.length; level++) {
            int word = at >>> WORD_BITS;
            long bits = word < levels[level].length ? levels[level][word] & (-1L << at) : 0;
            if (bits != 0) {
                return smallest(level, word, bits);
            }
            at = word + 1;
        }
        return -1;
    }

    private int smallest(int level, int word, long bits) {
        int at = (word << WORD_BITS) + Long.numberOfTrailingZeros(bits);
        for (int below = level - 1; below >= 0; below--) {
            at = (at << WORD_BITS) + Long.numberOfTrailingZeros(levels[below][at]);
        }
        return at;
    }
}
