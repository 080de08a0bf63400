package io.github.hyenaspark.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;

/**
 * A file of JSON that carries its own SHA-256 under its last key: the hash of its bytes with zeros in the place of the
 * digits.
 */
final class SelfHash {
    private static final String KEY = "manifest_sha256";
    private static final String ZEROS = "0".repeat(64);
    private static final String BEFORE = "\"" + KEY + "\" : \"";

    private SelfHash() {}

    static byte[] append(ObjectNode root) {
        byte[] bytes = Json.bytes(root.put(KEY, ZEROS));
        return withDigits(bytes, Hashes.sha256(bytes));
    }

    static void verify(String file, byte[] bytes) throws CorruptFileException {
        int at = digits(bytes);
        if (at < 0 || at + ZEROS.length() > bytes.length) {
            throw new CorruptFileException(file, "the key " + KEY + " at the end", "none");
        }
        String found = new String(bytes, at, ZEROS.length(), ISO_8859_1);
        String computed = Hashes.sha256(withDigits(bytes, ZEROS));
        if (!found.equals(computed)) {
            throw new CorruptFileException(file, "bytes with the " + KEY + " " + found, computed);
        }
    }

    private static byte[] withDigits(byte[] bytes, String digits) {
        byte[] copy = bytes.clone();
        System.arraycopy(digits.getBytes(ISO_8859_1), 0, copy, digits(bytes), ZEROS.length());
        return copy;
    }

    /** Where the digits begin; negative if there are none. */
    private static int digits(byte[] bytes) {
        int key = new String(bytes, ISO_8859_1).lastIndexOf(BEFORE);
        return key < 0 ? -1 : key + BEFORE.length();
    }
}
