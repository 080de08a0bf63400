package io.github.hyenaspark.io;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/** Passes bytes on, counting and hashing them. */
final class HashingOutputStream extends OutputStream {
    private final OutputStream next;
    private final CRC32C crc = new CRC32C();
    private final MessageDigest sha256 = Hashes.newSha256();
    private long bytes;

    HashingOutputStream(OutputStream next) {
        this.next = next;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int count) throws IOException {
        next.write(from, at, count);
        crc.update(from, at, count);
        sha256.update(from, at, count);
        bytes += count;
    }

    @Override
    public void flush() throws IOException {
        next.flush();
    }

    /** What was written; the stream takes no more bytes after this. */
    FileInfo file(String uri, long modifiedMillis) {
        return new FileInfo(uri, bytes, Hashes.hex(sha256.digest()), crc.getValue(), modifiedMillis);
    }
}
