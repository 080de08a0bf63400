package io.github.hyenaspark.data.token;

/**
 * Says whether bytes are well-formed UTF-8 (Table 3-7 of the Unicode Standard: no overlong forms, no surrogates,
 * nothing above U+10FFFF), block after block. It decodes nothing.
 */
final class Utf8Check {
    private static final int LOWEST = 0x80;
    private static final int HIGHEST = 0xBF;

    private int missing;
    private int low = LOWEST;
    private int high = HIGHEST;

    /**
     * Checks the next bytes.
     *
     * @return the index of the first byte that cannot be where it is, or {@code to} if all of them can
     */
    int accept(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            int unsigned = text[i] & 0xFF;
            if (missing > 0) {
                if (unsigned < low || unsigned > high) {
                    return i;
                }
                missing--;
                low = LOWEST;
                high = HIGHEST;
            } else if (unsigned >= LOWEST && !lead(unsigned)) {
                return i;
            }
        }
        return to;
    }

    /** Whether the bytes so far end between two characters. */
    boolean complete() {
        return missing == 0;
    }

    private boolean lead(int first) {
        if (first < 0xC2 || first > 0xF4) {
            return false;
        }
        missing = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
        switch (first) {
            case 0xE0 -> low = 0xA0; // below: overlong
            case 0xED -> high = 0x9F; // above: surrogates
            case 0xF0 -> low = 0x90; // below: overlong
            case 0xF4 -> high = 0x8F; // above: beyond U+10FFFF
            default -> {}
        }
        return true;
    }
}
