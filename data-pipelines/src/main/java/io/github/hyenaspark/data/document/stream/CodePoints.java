package io.github.hyenaspark.data.document.stream;

/**
 * Decodes the characters of UTF-8 that are not ASCII, byte after byte. It checks nothing: what is no UTF-8 gives no
 * character or a wrong one, and is refused by the tokenizer.
 */
public final class CodePoints {
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
