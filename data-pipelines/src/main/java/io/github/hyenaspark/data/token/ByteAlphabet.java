package io.github.hyenaspark.data.token;

import java.util.Arrays;
import java.util.Optional;

/**
 * How files of the GPT-2 family spell bytes: one printable, non-space character each, so that a token is a string and
 * two tokens may be separated by a space.
 */
public final class ByteAlphabet {
    private static final char[] CHARACTERS = characters();
    private static final int[] BYTES = bytes();

    private ByteAlphabet() {}

    /** Bytes that are printable in Latin-1 are themselves, the others follow from U+0100. */
    private static char[] characters() {
        char[] characters = new char[256];
        char other = 0x100;
        for (int b = 0; b < characters.length; b++) {
            boolean printable = (b > ' ' && b < 0x7F) || (b > 0xA0 && b != 0xAD);
            characters[b] = printable ? (char) b : other++;
        }
        return characters;
    }

    private static int[] bytes() {
        int[] bytes = new int[0x200];
        Arrays.fill(bytes, -1);
        for (int b = 0; b < CHARACTERS.length; b++) {
            bytes[CHARACTERS[b]] = b;
        }
        return bytes;
    }

    public static String spelled(byte[] bytes) {
        char[] spelling = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            spelling[i] = CHARACTERS[bytes[i] & 0xFF];
        }
        return new String(spelling);
    }

    /** The bytes of a spelling; empty if a character spells none. */
    static Optional<byte[]> bytes(String spelling) {
        byte[] bytes = new byte[spelling.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = spelling.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return Optional.empty();
            }
            bytes[i] = (byte) BYTES[c];
        }
        return Optional.of(bytes);
    }
}
