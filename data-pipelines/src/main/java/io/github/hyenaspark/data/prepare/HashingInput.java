package io.github.hyenaspark.data.prepare;

import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Counts and hashes the bytes that are read through it. */
final class HashingInput extends InputStream {
    private final MessageDigest digest;
    private final InputStream in;
    private long bytes;

    HashingInput(InputStream in) {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        this.in = new DigestInputStream(in, digest);
    }

    /** Bytes read so far. */
    long bytes() {
        return bytes;
    }

    /** SHA-256 (hex) of all bytes read; asked for once, at the end. */
    String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public int read() throws IOException {
        int read = in.read();
        bytes += read < 0 ? 0 : 1;
        return read;
    }

    @Override
    public int read(byte[] to, int at, int count) throws IOException {
        int read = in.read(to, at, count);
        bytes += Math.max(0, read);
        return read;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
