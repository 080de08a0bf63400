package io.github.hyenaspark.data.document.clean;

import io.github.hyenaspark.data.bytes.Utf8;
import io.github.hyenaspark.io.SplitMix64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Signature of a text for finding near duplicates: the minimum, under each of 112 hash functions, of the hashes of all
 * its shingles (Broder, "On the resemblance and containment of documents", 1997). Two texts agree in a place with the
 * probability of their resemblance, the Jaccard similarity of their sets of shingles.
 *
 * <p>A shingle is 5 consecutive words in lower case; a shorter text is one shingle. Words are runs of letters and
 * digits of any script, and single Chinese characters. Text without spaces, such as DNA, is one word, so only exact
 * copies are near duplicates. The shape, 14 bands of 8 values on 5-grams, is the default of datatrove: texts share at
 * least one band with probability 1-(1-s^8)^14, one half at s = 0.69.
 */
public final class MinHash {
    public static final int BANDS = 14;
    /** Bytes of a signature: 14×8 values of 4 bytes, little-endian. */
    public static final int SIGNATURE_BYTES = Lanes.COUNT * Integer.BYTES;

    private static final int BAND_VALUES = 8;
    private static final int SHINGLE_WORDS = 5;
    private static final int SEPARATOR = 0;
    private static final long NO_WORD = 0;

    private static final byte[] LOWER = lowerCase();

    private final Utf8.CodePoints decoder = new Utf8.CodePoints();
    private final Lanes lanes = new Lanes();
    private final long[] last = new long[SHINGLE_WORDS]; // hashes of the last words, the newest at the end
    private long words;
    private long word = NO_WORD;

    /** Takes the next bytes {@code text[from..to)} of one text, wherever the blocks are cut. */
    public void accept(byte[] text, int from, int to) {
        long hash = word;
        for (int i = from; i < to; i++) {
            int value = text[i];
            if (value < 0) {
                word = hash;
                other(decoder.accept(value & 0xFF));
                hash = word;
            } else if (LOWER[value] != SEPARATOR) {
                hash = (hash ^ LOWER[value]) * SplitMix64.GOLDEN_GAMMA;
            } else if (hash != NO_WORD) {
                endWord(hash);
                hash = NO_WORD;
            }
        }
        word = hash;
    }

    /** The signature, asked for once, at the text's end: {@link #SIGNATURE_BYTES} bytes, or none without words. */
    public byte[] signature() {
        if (word != NO_WORD) {
            endWord(word);
            word = NO_WORD;
        }
        if (words == 0) {
            return new byte[0];
        }
        if (words < SHINGLE_WORDS) {
            lanes.accept(shingle());
        }
        return lanes.bytes();
    }

    /** One key per band, 14 in all; texts that share one are candidates. A text without words has none. */
    public static long[] bands(byte[] signature) {
        if (signature.length == 0) {
            return new long[0];
        }
        ByteBuffer values = values(signature);
        long[] keys = new long[BANDS];
        for (int band = 0; band < BANDS; band++) {
            long key = SplitMix64.mix(band + 1);
            for (int i = 0; i < BAND_VALUES; i++) {
                key = SplitMix64.mix((key ^ values.getInt()) * SplitMix64.GOLDEN_GAMMA);
            }
            keys[band] = key;
        }
        return keys;
    }

    private void other(int point) {
        if (point == Utf8.CodePoints.INCOMPLETE) {
            return;
        }
        boolean single = Character.isIdeographic(point);
        boolean letter = Character.isAlphabetic(point) || Character.isDigit(point);
        if (word != NO_WORD && (single || !letter)) {
            endWord(word);
            word = NO_WORD;
        }
        if (single) {
            endWord(point * SplitMix64.GOLDEN_GAMMA);
        } else if (letter) {
            word = (word ^ Character.toLowerCase(point)) * SplitMix64.GOLDEN_GAMMA;
        }
    }

    private void endWord(long hash) {
        System.arraycopy(last, 1, last, 0, SHINGLE_WORDS - 1);
        last[SHINGLE_WORDS - 1] = SplitMix64.mix(hash);
        words++;
        if (words >= SHINGLE_WORDS) {
            lanes.accept(shingle());
        }
    }

    private long shingle() {
        long hash = 0;
        for (long each : last) {
            hash = (hash + each) * SplitMix64.GOLDEN_GAMMA;
        }
        return SplitMix64.mix(hash);
    }

    private static ByteBuffer values(byte[] signature) {
        if (signature.length != SIGNATURE_BYTES) {
            throw new IllegalArgumentException("a signature has " + SIGNATURE_BYTES + " bytes, or none if the text has"
                    + " no words; found " + signature.length);
        }
        return ByteBuffer.wrap(signature).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] lowerCase() {
        byte[] lower = new byte[0x80];
        for (char c = 0; c < lower.length; c++) {
            lower[c] = (byte) (Character.isLetterOrDigit(c) ? Character.toLowerCase(c) : SEPARATOR);
        }
        return lower;
    }

    /**
     * The minima so far. Of a shingle's 64 bits, high h and low l, lane i makes {@code a_i h + b_i l + c_i} modulo
     * 2^32, without its lowest bit, with odd a_i and b_i; a_i, b_i, c_i are the numbers 3i, 3i+1, 3i+2 of SplitMix64
     * with seed 0, cut to 32 bits.
     */
    private static final class Lanes {
        static final int COUNT = BANDS * BAND_VALUES;

        private static final int[] HIGH = constants(0, 1);
        private static final int[] LOW = constants(1, 1);
        private static final int[] ADDED = constants(2, 0);

        private final int[] least = new int[COUNT];

        Lanes() {
            Arrays.fill(least, Integer.MAX_VALUE);
        }

        void accept(long shingle) {
            int high = (int) (shingle >>> Integer.SIZE);
            int low = (int) shingle;
            int[] values = least;
            // without Math.min, which keeps the loop out of vector registers
            for (int i = 0; i < COUNT; i++) {
                int value = (HIGH[i] * high + LOW[i] * low + ADDED[i]) >>> 1;
                int less = value - values[i]; // 31 bits, so it does not overflow
                values[i] += less & (less >> (Integer.SIZE - 1));
            }
        }

        byte[] bytes() {
            ByteBuffer bytes = ByteBuffer.allocate(SIGNATURE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asIntBuffer().put(least);
            return bytes.array();
        }

        private static int[] constants(int first, int lowestBit) {
            int[] constants = new int[COUNT];
            for (int i = 0; i < COUNT; i++) {
                constants[i] = (int) SplitMix64.mix((3L * i + first + 1) * SplitMix64.GOLDEN_GAMMA) | lowestBit;
            }
            return constants;
        }
    }
}
