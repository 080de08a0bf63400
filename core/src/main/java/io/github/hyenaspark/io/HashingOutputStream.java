package io.github.hyenaspark.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Counts and hashes bytes on their way to another stream. */
final class HashingOutputStream extends OutputStream {
    private final OutputStream next;
    private final CRC32C crc = new CRC32C();
    private final Optional<MessageDigest> sha256;
    private long bytes;

    HashingOutputStream(OutputStream next) {
        this(next, true);
    }

    private HashingOutputStream(OutputStream next, boolean hasSha256) {
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

    /**
     * Reads a file and compares its length and hashes with the expected ones at the end; no SHA-256 with an empty one.
     */
    static final class Verifying extends BulkInputStream {
        private final FileInfo expected;
        private final HashingOutputStream hashes;
        private boolean ended;

        Verifying(InputStream in, FileInfo expected) {
            super(in);
            this.expected = expected;
            hashes = new HashingOutputStream(
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
