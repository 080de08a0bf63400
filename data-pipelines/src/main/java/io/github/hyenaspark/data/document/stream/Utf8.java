package io.github.hyenaspark.data.document.stream;

/** Well-formed UTF-8 (Table 3-7 of the Unicode Standard), one character at a time. */
public final class Utf8 {
    private Utf8() {}

    /**
     * The length of the character that begins at {@code at} with a byte of 0x80 or more.
     *
     * @return 2 to 4 bytes; 0 if it goes on at {@code end}; -1 if it is not well-formed
     */
    public static int length(byte[] bytes, int at, int end) {
        int first = bytes[at] & 0xFF;
        if (first < 0xC2 || first > 0xF4) {
            return -1;
        }
        if (first < 0xE0 && at + 1 < end) {
            return (bytes[at + 1] & 0xC0) == 0x80 ? 2 : -1;
        }
        int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (at + 1 < end && !isSecond(first, bytes[at + 1] & 0xFF)) {
            return -1;
        }
        for (int i = at + 2; i < Math.min(end, at + length); i++) {
            if ((bytes[i] & 0xC0) != 0x80) {
                return -1;
            }
        }
        return at + length <= end ? length : 0;
    }

    /**
     * Writes a code point that is no surrogate to the front of an array.
     *
     * @return its length, 1 to 4 bytes
     */
    public static int encode(int character, byte[] to) {
        int length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
        int rest = character;
        for (int i = length - 1; i > 0; i--) {
            to[i] = (byte) (0x80 | (rest & 0x3F));
            rest >>= 6;
        }
        to[0] = (byte) (length == 1 ? rest : ((0xF00 >> length) & 0xF0) | rest);
        return length;
    }

    private static boolean isSecond(int first, int second) {
        return switch (first) {
            case 0xE0 -> second >= 0xA0 && second <= 0xBF; // below: overlong
            case 0xED -> second >= 0x80 && second <= 0x9F; // above: surrogates
            case 0xF0 -> second >= 0x90 && second <= 0xBF; // below: overlong
            case 0xF4 -> second >= 0x80 && second <= 0x8F; // above: beyond U+10FFFF
            default -> (second & 0xC0) == 0x80;
        };
    }

    /**
     * Decodes the characters of UTF-8 that are not ASCII, byte after byte. It checks nothing: what is no UTF-8 gives no
     * character or a wrong one, and is refused by the tokenizer.
     */
    public static final class CodePoints {
        /** The character is not complete yet. */
        public static final int INCOMPLETE = -1;

        private static final int LEAD = 0xC0;
        private static final int LEAD_OF_3 = 0xE0;
        private static final int LEAD_OF_4 = 0xF0;
        private static final int PAYLOAD = 0x3F;

        private int missing;
        private int point;

        /**
         * Takes a byte of 0x80 or more.
         *
         * @return the character that it ends, or {@link #INCOMPLETE}
         */
        public int accept(int unsigned) {
            if (unsigned >= LEAD) {
                missing = unsigned < LEAD_OF_3 ? 1 : unsigned < LEAD_OF_4 ? 2 : 3;
                point = unsigned & (PAYLOAD >> missing);
                return INCOMPLETE;
            }
            if (missing == 0) {
                return INCOMPLETE;
            }
            point = (point << 6) | (unsigned & PAYLOAD);
            missing--;
            return missing == 0 && point <= Character.MAX_CODE_POINT ? point : INCOMPLETE;
        }
    }
}
