package io.github.hyenaspark.data.shard.index;

import java.util.function.LongUnaryOperator;

/**
 * Sums of a number per document over all documents before one, of which every 64th is kept: an eighth of a byte a
 * document. The numbers, at least 0, are computed anew whenever they are needed.
 */
public final class PrefixSums {
    private static final int SHIFT = 6;

    private final LongUnaryOperator numbers;
    private final long count;
    private final long[] sums; // before document 64 i

    private final long total;

    private PrefixSums(LongUnaryOperator numbers, long count) {
        this.numbers = numbers;
        this.count = count;
        sums = new long[Math.toIntExact((count >>> SHIFT) + 1)];
        long sum = 0;
        for (long document = 0; document < count; document++) {
            if ((document & (1 << SHIFT) - 1) == 0) {
                sums[(int) (document >>> SHIFT)] = sum;
            }
            sum += numbers.applyAsLong(document);
        }
        if ((count & (1 << SHIFT) - 1) == 0) {
            sums[(int) (count >>> SHIFT)] = sum;
        }
        total = sum;
    }

    public static PrefixSums of(long count, LongUnaryOperator numbers) {
        return new PrefixSums(numbers, count);
    }

    public long total() {
        return total;
    }

    /** The sum of all documents before one, which may be the one after the last. */
    public long before(long document) {
        long sum = sums[Math.toIntExact(document >>> SHIFT)];
        for (long each = document & -1L << SHIFT; each < document; each++) {
            sum += numbers.applyAsLong(each);
        }
        return sum;
    }

    /** The document with which the sum exceeds a number in [0, {@link #total()}). */
    public long documentAt(long number) {
        int low = 0;
        int high = Math.toIntExact(Math.max(0, count - 1) >>> SHIFT);
        while (low < high) { // for the last kept sum that is not above the number
            int middle = (low + high + 1) >>> 1;
            if (sums[middle] <= number) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        long document = (long) low << SHIFT;
        long sum = sums[low] + numbers.applyAsLong(document);
        while (sum <= number) {
            sum += numbers.applyAsLong(++document);
        }
        return document;
    }

    /** Bytes on the heap. */
    public long heapBytes() {
        return (long) Long.BYTES * sums.length;
    }
}
