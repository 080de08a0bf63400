package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.io.SplitMix64;

/**
 * A permutation of [0, n) that is computed, not stored: a Feistel network on the smallest even number of bits that
 * holds n, iterated until it lands in [0, n) (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
 * Constant memory and random access, hence reading resumes anywhere. Not for secrecy.
 */
public final class Shuffle {
    /** 2^62: two halves of 31 bits. */
    static final long LARGEST = 1L << 62;

    private static final int ROUNDS = 6;
    private static final long STREAM = "shuffle".hashCode();

    private final long size;
    private final int halfBits;
    private final long mask;
    private final long[] keys = new long[ROUNDS];

    private Shuffle(long size, long seed, long epoch) {
        this.size = size;
        int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
        this.halfBits = Math.max(1, (bits + 1) / 2);
        this.mask = (1L << halfBits) - 1;
        long state = SplitMix64.mix(SplitMix64.mix(seed + STREAM * SplitMix64.GOLDEN_GAMMA) + epoch);
        for (int round = 0; round < ROUNDS; round++) {
            state += SplitMix64.GOLDEN_GAMMA;
            keys[round] = SplitMix64.mix(state);
        }
    }

    /** The permutation of n elements, in [1, 2^62], for an epoch, from 0; another seed or epoch is another order. */
    public static Shuffle of(long size, long seed, long epoch) {
        if (size < 1 || size > LARGEST) {
            throw new IllegalArgumentException("a shuffle needs 1 to 2^62 elements, found " + size);
        }
        if (epoch < 0) {
            throw new IllegalArgumentException("an epoch is at least 0, found " + epoch);
        }
        return new Shuffle(size, seed, epoch);
    }

    /** The element at a position in [0, n); each is in [0, n), exactly once. */
    public long at(long position) {
        if (position < 0 || position >= size) {
            throw new IllegalArgumentException("position " + position + " is not in [0, " + size + ")");
        }
        long element = permute(position);
        // The network permutes fewer than 4n numbers, so this ends after fewer than four steps on average.
        while (element >= size) {
            element = permute(element);
        }
        return element;
    }

    private long permute(long element) {
        long left = element >>> halfBits;
        long right = element & mask;
        for (long key : keys) {
            long swapped = left ^ (SplitMix64.mix(right + key) & mask);
            left = right;
            right = swapped;
        }
        return left << halfBits | right;
    }
}
