package io.github.hyenaspark.data.batch;

/** Numbers from 0 to a largest one, each in as many bits as that one needs. */
final class PackedNumbers {
    private final long count;
    private final int bits;
    private final long mask;
    private final long[] words;

    PackedNumbers(long count, long largest) {
        this.count = count;
        bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, largest));
        mask = -1L >>> (Long.SIZE - bits);
        words = new long[Math.toIntExact((Math.multiplyExact(count, bits) + Long.SIZE - 1) / Long.SIZE)];
    }

    long count() {
        return count;
    }

    long get(long at) {
        long from = at * bits;
        int word = (int) (from >>> 6);
        int shift = (int) from & Long.SIZE - 1;
        long value = words[word] >>> shift;
        return (shift + bits > Long.SIZE ? value | (words[word + 1] << (Long.SIZE - shift)) : value) & mask;
    }

    void set(long at, long number) {
        long from = at * bits;
        int word = (int) (from >>> 6);
        int shift = (int) from & Long.SIZE - 1;
        words[word] = (words[word] & ~(mask << shift)) | (number << shift);
        if (shift + bits > Long.SIZE) {
            int done = Long.SIZE - shift;
            words[word + 1] = (words[word + 1] & ~(mask >>> done)) | (number >>> done);
        }
    }

    long heapBytes() {
        return (long) Long.BYTES * words.length;
    }
}
