package io.github.hyenaspark.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.stream.Stream;

/** Content hashes, as lower-case hexadecimal. */
public final class Hashes {
    private static final int FLOATS_AT_ONCE = 1 << 14;

    private Hashes() {}

    public static String sha256(byte[] bytes) {
        return hex(newSha256().digest(bytes));
    }

    public static String sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    /** SHA-256 of the text of these lines, a line feed between each two; holds one line at a time. */
    public static String sha256(Stream<String> lines) {
        MessageDigest digest = newSha256();
        String between = "";
        for (Iterator<String> rest = lines.iterator(); rest.hasNext(); ) {
            digest.update((between + rest.next()).getBytes(StandardCharsets.UTF_8));
            between = "\n";
        }
        return hex(digest.digest());
    }

    /** SHA-256 of a parameter vector, each element as four little-endian bytes. */
    public static String sha256(float[] values) {
        MessageDigest digest = newSha256();
        ByteBuffer buffer = ByteBuffer.allocate(FLOATS_AT_ONCE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < values.length; at += FLOATS_AT_ONCE) {
            int count = Math.min(FLOATS_AT_ONCE, values.length - at);
            buffer.clear().asFloatBuffer().put(values, at, count);
            digest.update(buffer.limit(count * Float.BYTES));
        }
        return hex(digest.digest());
    }

    /** The first 64 bits of the SHA-256 of a text. */
    public static long first64(String text) {
        return ByteBuffer.wrap(newSha256().digest(text.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }
}
