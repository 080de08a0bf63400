package io.github.hyenaspark.io;

import java.io.IOException;
import java.io.InputStream;

/**
 * An input stream that subclasses read in blocks; a single byte is a block of one. Closes the stream below it, if any.
 */
public abstract class BulkInputStream extends InputStream {
    protected final InputStream in;

    protected BulkInputStream() {
        this(InputStream.nullInputStream());
    }

    protected BulkInputStream(InputStream in) {
        this.in = in;
    }

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public abstract int read(byte[] to, int at, int count) throws IOException;

    @Override
    public void close() throws IOException {
        in.close();
    }
}
