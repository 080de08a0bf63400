package io.github.hyenaspark.io;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Compares what was read with what was once written, as soon as the end is reached. */
final class VerifyingInputStream extends FilterInputStream {
    private final FileInfo expected;
    private final HashingOutputStream hashes = new HashingOutputStream(OutputStream.nullOutputStream());
    private boolean ended;

    VerifyingInputStream(InputStream in, FileInfo expected) {
        super(in);
        this.expected = expected;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int at, int count) throws IOException {
        int got = in.read(to, at, count);
        if (got > 0) {
            hashes.write(to, at, got);
        } else if (got < 0 && !ended) {
            ended = true;
            verify();
        }
        return got;
    }

    /** Skipping must hash too. */
    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, 1 << 16)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void verify() throws CorruptFileException {
        FileInfo found = hashes.file(expected.uri(), expected.modifiedMillis());
        if (!found.sameContent(expected)) {
            throw new CorruptFileException(expected.uri(), content(expected), content(found));
        }
    }

    private static String content(FileInfo file) {
        return file.bytes() + " bytes with CRC-32C " + Long.toHexString(file.crc32c()) + " and SHA-256 "
                + file.sha256();
    }
}
