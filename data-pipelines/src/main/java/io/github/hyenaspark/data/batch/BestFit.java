package io.github.hyenaspark.data.batch;

import java.util.Arrays;
import java.util.TreeSet;

/**
 * Packs pieces into sequences of L inputs: each goes into the fullest sequence that has room, of equally full ones into
 * the one filled last, and into a new one if none has room. A step takes about log L time, however many sequences are
 * open.
 */
record BestFit(int[] sequenceOf, int sequences) {
    private static final int NONE = -1;

    /** Packs pieces of 1 to L inputs in an order, or in their own if {@code order} is empty. */
    static BestFit pack(int[] inputs, int[] order, int length) {
        int[] sequenceOf = new int[inputs.length];
        int[] newest = new int[inputs.length == 0 ? 0 : length]; // by room: the sequence that was filled last
        int[] older = new int[inputs.length]; // by sequence: the one with as much room that was filled before it
        Arrays.fill(newest, NONE);
        var rooms = new TreeSet<Integer>(); // those of which there is a sequence
        int sequences = 0;
        for (int step = 0; step < inputs.length; step++) {
            int piece = order.length == 0 ? step : order[step];
            Integer fullest = rooms.ceiling(inputs[piece]);
            int room = fullest == null ? length : fullest;
            int sequence;
            if (fullest == null) {
                sequence = sequences++;
            } else {
                sequence = newest[room];
                newest[room] = older[sequence];
                if (newest[room] == NONE) {
                    rooms.remove(room);
                }
            }
            sequenceOf[piece] = sequence;
            int left = room - inputs[piece];
            if (left > 0) {
                older[sequence] = newest[left];
                newest[left] = sequence;
                rooms.add(left);
            }
        }
        return new BestFit(sequenceOf, sequences);
    }

    /** The pieces by descending inputs, equally long ones in their own order. */
    static int[] longestFirst(int[] inputs) {
        int longest = Arrays.stream(inputs).max().orElse(0);
        int[] next = new int[longest + 1];
        for (int count : inputs) {
            next[longest - count]++;
        }
        int before = 0;
        for (int i = 0; i <= longest; i++) {
            int here = next[i];
            next[i] = before;
            before += here;
        }
        int[] order = new int[inputs.length];
        for (int piece = 0; piece < inputs.length; piece++) {
            order[next[longest - inputs[piece]]++] = piece;
        }
        return order;
    }

    /** Where each sequence begins in {@link #grouped}, and the end of the last. */
    int[] firsts() {
        int[] firsts = new int[sequences + 1];
        for (int sequence : sequenceOf) {
            firsts[sequence + 1]++;
        }
        for (int sequence = 0; sequence < sequences; sequence++) {
            firsts[sequence + 1] += firsts[sequence];
        }
        return firsts;
    }

    /** The pieces' numbers grouped by sequence, within one in the order of the pieces. */
    int[] grouped(int[] ofPiece) {
        int[] next = firsts();
        int[] grouped = new int[ofPiece.length];
        for (int piece = 0; piece < ofPiece.length; piece++) {
            grouped[next[sequenceOf[piece]]++] = ofPiece[piece];
        }
        return grouped;
    }
}
