package io.github.hyenaspark.data.bytes;

/** Well-formed UTF-8 (Table 3-7 of the Unicode Standard): no overlong forms, no surrogates, nothing above U+10FFFF. */
public final class Utf8 {
    private static final long HIGH_BITS = ByteSearch.repeated(0x80);
    private static final int PAYLOAD = 0x3F;

    private Utf8() {}

    /** Whether a character of two to four bytes can begin with this unsigned byte. */
    public static boolean isLead(int first) {
        return first >= 0xC2 && first <= 0xF4;
    }

    /** Bytes of the character that an unsigned byte begins, from its high bits alone; 0 for a continuation byte. */
    public static int lengthOf(int first) {
        return first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    }

    /** Whether a byte continues a character; if it is the second one, {@code first} is the byte before it, else 0. */
    private static boolean continues(int first, int next) {
        return switch (first) {
            case 0xE0 -> next >= 0xA0 && next <= 0xBF; // below: overlong
            case 0xED -> next >= 0x80 && next <= 0x9F; // above: surrogates
            case 0xF0 -> next >= 0x90 && next <= 0xBF; // below: overlong
            case 0xF4 -> next >= 0x80 && next <= 0x8F; // above: beyond U+10FFFF
            default -> (next & 0xC0) == 0x80;
        };
    }

    /**
     * Bytes of the character that begins here with 0x80 or more: 2 to 4; 0 if it continues past {@code end}; -1 if it
     * is malformed.
     */
    public static int length(byte[] bytes, int at, int end) {
        int first = bytes[at] & 0xFF;
        if (!isLead(first)) {
            return -1;
        }
        int length = lengthOf(first);
        for (int i = 1; i < Math.min(end - at, length); i++) {
            if (!continues(i == 1 ? first : 0, bytes[at + i] & 0xFF)) {
                return -1;
            }
        }
        return at + length <= end ? length : 0;
    }

    /** The code point of a well-formed character of {@code length} bytes. */
    public static int decode(byte[] bytes, int at, int length) {
        int point = length == 1 ? bytes[at] : bytes[at] & (PAYLOAD >> (length - 1));
        for (int i = at + 1; i < at + length; i++) {
            point = (point << 6) | (bytes[i] & PAYLOAD);
        }
        return point;
    }

    /** Writes a code point that is not a surrogate to the front of an array; returns its length, 1 to 4 bytes. */
    public static int encode(int character, byte[] to) {
        int length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
        int rest = character;
        for (int i = length - 1; i > 0; i--) {
            to[i] = (byte) (0x80 | (rest & PAYLOAD));
            rest >>= 6;
        }
        to[0] = (byte) (length == 1 ? rest : ((0xF00 >> length) & 0xF0) | rest);
        return length;
    }

    /** Validates a text block after block, eight bytes of ASCII at a time; decodes nothing. */
    public static final class Validator {
        private int missing;
        private int first; // byte of the last character that is not ASCII

        /**
         * Returns the index at which the first malformed character begins, below {@code from} if it began in an earlier
         * block, or {@code to} if all are well formed.
         */
        public int accept(byte[] text, int from, int to) {
            int i = from;
            while (i < to) {
                int unsigned = text[i] & 0xFF;
                if (missing > 0) {
                    int before = lengthOf(first) - missing;
                    if (!continues(before == 1 ? first : 0, unsigned)) {
                        return i - before;
                    }
                    missing--;
                    i++;
                } else if (unsigned < 0x80) {
                    i = skipAscii(text, i + 1, to);
                } else {
                    first = unsigned;
                    if (!isLead(unsigned)) {
                        return i;
                    }
                    missing = lengthOf(unsigned) - 1;
                    i++;
                }
            }
            return to;
        }

        /** The byte with which the malformed character begins. */
        public int malformed() {
            return first;
        }

        /** Whether the bytes so far end between two characters. */
        public boolean complete() {
            return missing == 0;
        }

        /** An index before which all is ASCII, and from which fewer than eight bytes may be. */
        private static int skipAscii(byte[] text, int from, int to) {
            int i = from;
            while (i <= to - Long.BYTES && (ByteSearch.word(text, i) & HIGH_BITS) == 0) {
                i += Long.BYTES;
            }
            return i;
        }
    }

    /**
     * Decodes the characters that are not ASCII, byte after byte. It validates nothing: malformed bytes give no
     * character or a wrong one, and the tokenizer refuses them.
     */
    public static final class CodePoints {
        /** The character is not complete yet. */
        public static final int INCOMPLETE = -1;

        private int missing;
        private int point;

        /** Takes a byte of 0x80 or more; returns the code point that it ends, or {@link #INCOMPLETE}. */
        public int accept(int unsigned) {
            int length = lengthOf(unsigned);
            if (length > 0) {
                missing = length - 1;
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
