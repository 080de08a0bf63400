package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.index.PrefixSums;
import java.util.Arrays;
import java.util.function.LongToIntFunction;
import java.util.stream.LongStream;

/**
 * Packs pieces, at most one of each document, into sequences of L inputs: each goes into the fullest sequence that has
 * room, of equally full ones into the one filled last, and into a new one if none has room. Of every document one
 * number is held, 28 bits for 200 million of them: the document whose piece was packed next into the same sequence.
 * While a sequence has room, its last piece leads instead to the last piece of the sequence as full as it that was
 * filled before it; so packing takes no more memory than what it finds. A step takes about log L time.
 */
final class BestFit {
    private final long none; // no document
    private final PackedNumbers next;
    private final long[] begins; // a bit for each document whose piece begins a sequence, if packed in their order
    private final PrefixSums beginsBefore; // by word of begins
    private final PackedNumbers firsts; // by sequence: the piece that begins it, if packed in another order
    private long sequences;

    /**
     * Packs the pieces of documents in their order, or the longest first, equally long ones in their order.
     *
     * @param inputs of a document's piece, at most {@code length}; 0 for none
     */
    static BestFit pack(long documents, LongToIntFunction inputs, int length, boolean longestFirst) {
        return new BestFit(documents, inputs, length, longestFirst);
    }

    private BestFit(long documents, LongToIntFunction inputs, int length, boolean longestFirst) {
        none = documents;
        next = new PackedNumbers(documents, documents);
        var packing = new Packing(length);
        if (longestFirst) {
            PackedNumbers order = longestFirst(documents, inputs, length);
            for (long step = 0; step < order.count(); step++) {
                long document = order.get(step);
                if (packing.put(document, inputs.applyAsInt(document))) {
                    order.set(sequences++, document); // no more sequences than steps
                }
            }
            firsts = new PackedNumbers(sequences, documents);
            for (long sequence = 0; sequence < sequences; sequence++) {
                firsts.set(sequence, order.get(sequence));
            }
            begins = new long[0];
        } else {
            firsts = new PackedNumbers(0, 0);
            begins = new long[Math.toIntExact((documents + Long.SIZE - 1) / Long.SIZE)];
            for (long document = 0; document < documents; document++) {
                int needed = inputs.applyAsInt(document);
                if (needed > 0 && packing.put(document, needed)) {
                    begins[(int) (document >>> 6)] |= 1L << document;
                    sequences++;
                }
            }
        }
        beginsBefore = PrefixSums.of(begins.length, word -> Long.bitCount(begins[(int) word]));
        packing.end();
    }

    /** Documents with a piece by descending inputs, equal ones in their order. */
    private static PackedNumbers longestFirst(long documents, LongToIntFunction inputs, int length) {
        long[] nextOf = new long[length + 1]; // by inputs
        for (long document = 0; document < documents; document++) {
            nextOf[inputs.applyAsInt(document)]++;
        }
        long before = 0;
        for (int size = length; size > 0; size--) {
            long here = nextOf[size];
            nextOf[size] = before;
            before += here;
        }
        var order = new PackedNumbers(before, documents);
        for (long document = 0; document < documents; document++) {
            int size = inputs.applyAsInt(document);
            if (size > 0) {
                order.set(nextOf[size]++, document);
            }
        }
        return order;
    }

    /** What is known of open sequences. */
    private final class Packing {
        private final int length;
        private final Rooms rooms;
        private final long[] newest; // by room: the last piece of the sequence that was filled last

        Packing(int length) {
            this.length = length;
            rooms = new Rooms(length);
            newest = new long[length];
            Arrays.fill(newest, none);
        }

        /** Packs a piece that needs so much room; whether it begins a sequence. */
        boolean put(long document, int needed) {
            int room = rooms.ceiling(needed);
            boolean isFirst = room == length;
            if (!isFirst) {
                long last = newest[room];
                newest[room] = next.get(last);
                if (newest[room] == none) {
                    rooms.remove(room);
                }
                next.set(last, document);
            }
            int left = room - needed;
            if (left > 0) {
                next.set(document, newest[left]);
                newest[left] = document;
                rooms.add(left);
            } else {
                next.set(document, none);
            }
            return isFirst;
        }

        /** Last pieces lead nowhere from now on. */
        void end() {
            for (long newestOfRoom : newest) {
                for (long last = newestOfRoom; last != none; ) {
                    long older = next.get(last);
                    next.set(last, none);
                    last = older;
                }
            }
        }
    }

    long sequences() {
        return sequences;
    }

    /** The documents whose pieces a sequence has, ascending. */
    long[] documents(long sequence) {
        var found = LongStream.builder();
        for (long document = first(sequence); document != none; document = next.get(document)) {
            found.add(document);
        }
        return found.build().sorted().toArray();
    }

    private long first(long sequence) {
        if (begins.length == 0) {
            return firsts.get(sequence);
        }
        long word = beginsBefore.documentAt(sequence);
        long bits = begins[(int) word];
        for (long skipped = beginsBefore.before(word); skipped < sequence; skipped++) {
            bits &= bits - 1;
        }
        return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
    }

    long heapBytes() {
        return next.heapBytes() + (long) Long.BYTES * begins.length + beginsBefore.heapBytes() + firsts.heapBytes();
    }

    /**
     * A set of numbers in [1, L): bits in words, and bits in words that say which of those words are not 0, and so on.
     */
    private static final class Rooms {
        private final int none;
        private final long[][] levels;

        Rooms(int length) {
            none = length;
            int depth = 1;
            for (long size = length; size > Long.SIZE; size = (size + Long.SIZE - 1) / Long.SIZE) {
                depth++;
            }
            levels = new long[depth][];
            int size = length;
            for (int level = 0; level < depth; level++) {
                size = size / Long.SIZE + 1;
                levels[level] = new long[size];
            }
        }

        void add(int number) {
            int at = number;
            for (long[] level : levels) {
                level[at >>> 6] |= 1L << at;
                at >>>= 6;
            }
        }

        void remove(int number) {
            int at = number;
            for (long[] level : levels) {
                level[at >>> 6] &= ~(1L << at);
                if (level[at >>> 6] != 0) {
                    return;
                }
                at >>>= 6;
            }
        }

        /** The smallest number that is at least this one; L if there is none. */
        int ceiling(int number) {
            int at = number;
            for (int level = 0; level < levels.length; level++) {
                int word = at >>> 6;
                if (word >= levels[level].length) {
                    return none;
                }
                long rest = levels[level][word] & -1L << at;
                if (rest != 0) {
                    int found = (word << 6) + Long.numberOfTrailingZeros(rest);
                    for (int below = level - 1; below >= 0; below--) {
                        found = (found << 6) + Long.numberOfTrailingZeros(levels[below][found]);
                    }
                    return found;
                }
                at = word + 1;
            }
            return none;
        }
    }

    /** Numbers from 0 to a largest one, each in as many bits as that one needs. */
    private static final class PackedNumbers {
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
}
