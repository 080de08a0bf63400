package io.github.hyenaspark.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

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

    /** Counts and hashes bytes on their way to another stream. */
    static final class Output extends OutputStream {
        private final OutputStream next;
        private final CRC32C crc = new CRC32C();
        private final Optional<MessageDigest> sha256;
        private long bytes;

        Output(OutputStream next) {
            this(next, true);
        }

        private Output(OutputStream next, boolean hasSha256) {
            this.next = next;
            sha256 = hasSha256 ? Optional.of(Hashes.newSha256()) : Optional.empty();
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] from, int at, int count) throws IOException {
            next.write(from, at, count);
            crc.update(from, at, count);
            sha256.ifPresent(digest -> digest.update(from, at, count));
            bytes += count;
        }

        @Override
        public void flush() throws IOException {
            next.flush();
        }

        /** What was written; takes no more bytes after this. */
        FileInfo file(String uri, long modifiedMillis) {
            String digest = sha256.map(found -> Hashes.hex(found.digest())).orElse("");
            return new FileInfo(uri, bytes, digest, crc.getValue(), modifiedMillis, "");
        }
    }

    /**
     * Reads a file and compares its length and hashes with the expected ones at the end; no SHA-256 with an empty one.
     */
    static final class Verifying extends BulkInputStream {
        private final FileInfo expected;
        private final Output hashes;
        private boolean ended;

        Verifying(InputStream in, FileInfo expected) {
            super(in);
            this.expected = expected;
            hashes = new Output(
                    OutputStream.nullOutputStream(), !expected.sha256().isEmpty());
        }

        @Override
        public int read(byte[] to, int at, int count) throws IOException {
            int got;
            try {
                got = in.read(to, at, count);
            } catch (FileNotFoundException e) { // an object store may notice it late
                throw new FileNotFoundException("there is no " + expected.uri());
            }
            if (got > 0) {
                hashes.write(to, at, got);
            } else if (got < 0 && !ended) {
                ended = true;
                FileInfo found = hashes.file(expected.uri(), expected.modifiedMillis());
                if (!found.sameContent(expected)) {
                    throw new CorruptFileException(expected.uri(), content(expected), content(found));
                }
            }
            return got;
        }

        private static String content(FileInfo file) {
            return file.bytes() + " bytes with CRC-32C " + Long.toHexString(file.crc32c())
                    + (file.sha256().isEmpty() ? "" : " and SHA-256 " + file.sha256());
        }

        @Override
        public int available() throws IOException {
            return in.available();
        }
    }
}
