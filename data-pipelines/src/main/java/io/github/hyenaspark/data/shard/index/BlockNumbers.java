package io.github.hyenaspark.data.shard.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Numbers from 0 to 2^31 - 1 in blocks of 64, each with as many bits as the largest of its block needs: at most 4 bytes
 * and an eighth a number, about half of that for the lengths of documents of some thousand tokens.
 */
final class BlockNumbers {
    private static final int BLOCK = 64;
    private static final int BLOCK_SHIFT = 6;
    private static final int CHUNK_SHIFT = 16;
    private static final int CHUNK = 1 << CHUNK_SHIFT;

    private final List<long[]> chunks = new ArrayList<>();
    private final int[] pending = new int[BLOCK];
    private long[] begins = new long[2]; // the word at which each block begins, and the end of the last
    private long count;
    private long words;

    /** Adds a number. */
    void add(int number) {
        pending[(int) (count & BLOCK - 1)] = number;
        count++;
        if ((count & BLOCK - 1) == 0) {
            store();
        }
    }

    /** Nothing is added after that. */
    void end() {
        int rest = (int) (count & BLOCK - 1);
        if (rest > 0) {
            Arrays.fill(pending, rest, BLOCK, 0);
            count += BLOCK - rest;
            store();
            count -= BLOCK - rest;
        }
        begins = Arrays.copyOf(begins, Math.toIntExact((count + BLOCK - 1) / BLOCK + 1));
        words = begins[begins.length - 1];
        if (!chunks.isEmpty()) {
            int last = chunks.size() - 1;
            chunks.set(last, Arrays.copyOf(chunks.get(last), (int) (words - ((long) last << CHUNK_SHIFT))));
        }
    }

    private void store() {
        int all = 0;
        for (int number : pending) {
            all |= number;
        }
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(all);
        int block = Math.toIntExact((count - 1) >>> BLOCK_SHIFT);
        if (block + 2 > begins.length) {
            begins = Arrays.copyOf(begins, begins.length + begins.length / 2 + 1);
        }
        long word = begins[block];
        long filling = 0;
        int filled = 0;
        for (int number : pending) {
            filling |= (long) number << filled;
            filled += bits;
            if (filled >= Long.SIZE) {
                put(word++, filling);
                filled -= Long.SIZE;
                filling = filled == 0 ? 0 : (long) number >>> (bits - filled);
            }
        }
        begins[block + 1] = word;
    }

    private void put(long word, long value) {
        if (word >>> CHUNK_SHIFT == chunks.size()) {
            chunks.add(new long[CHUNK]);
        }
        chunks.get((int) (word >>> CHUNK_SHIFT))[(int) (word & CHUNK - 1)] = value;
    }

    private long word(long at) {
        return chunks.get((int) (at >>> CHUNK_SHIFT))[(int) (at & CHUNK - 1)];
    }

    long count() {
        return count;
    }

    int get(long at) {
        int block = (int) (at >>> BLOCK_SHIFT);
        long begin = begins[block];
        int bits = (int) (begins[block + 1] - begin);
        if (bits == 0) {
            return 0;
        }
        int from = (int) (at & BLOCK - 1) * bits;
        long word = begin + (from >>> BLOCK_SHIFT);
        int shift = from & BLOCK - 1;
        long value = word(word) >>> shift;
        if (shift + bits > Long.SIZE) {
            value |= word(word + 1) << (Long.SIZE - shift);
        }
        return (int) (value & (1L << bits) - 1);
    }

    long heapBytes() {
        return Long.BYTES * (words + begins.length);
    }
}
