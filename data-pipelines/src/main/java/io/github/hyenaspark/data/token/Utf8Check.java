package io.github.hyenaspark.data.token;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Says whether bytes are well-formed UTF-8 (Table 3-7 of the Unicode Standard: no overlong forms, no surrogates,
 * nothing above U+10FFFF), block after block. It decodes nothing, and looks at ASCII eight bytes at a time.
 */
final class Utf8Check {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;
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
        int i = from;
        while (i < to) {
            int unsigned = text[i] & 0xFF;
            if (missing > 0) {
                if (unsigned < low || unsigned > high) {
                    return i;
                }
                missing--;
                low = LOWEST;
                high = HIGHEST;
                i++;
            } else if (unsigned < LOWEST) {
                i = skipAscii(text, i + 1, to);
            } else if (lead(unsigned)) {
                i++;
            } else {
                return i;
            }
        }
        return to;
    }

    /** Whether the bytes so far end between two characters. */
    boolean complete() {
        return missing == 0;
    }

    /** An index before which all is ASCII, and from which fewer than eight bytes may be. */
    private static int skipAscii(byte[] text, int from, int to) {
        int i = from;
        while (i <= to - Long.BYTES && ((long) LONGS.get(text, i) & HIGH_BITS) == 0) {
            i += Long.BYTES;
        }
        return i;
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
