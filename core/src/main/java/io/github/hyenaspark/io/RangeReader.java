package io.github.hyenaspark.io;

import io.github.hyenaspark.io.store.Patience;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FSDataInputStream;

/** Random reads of one file, for one thread. Opened by {@link Storage#openRange}. */
public final class RangeReader implements Closeable {
    private final String uri;
    private final FSDataInputStream in;
    private final Patience patience;
    private final long length;
    private final boolean object;

    RangeReader(String uri, FSDataInputStream in, Patience patience, long length, boolean object) {
        this.uri = uri;
        this.in = in;
        this.patience = patience;
        this.length = length;
        this.object = object;
    }

    /** Whether each read is a request to an object store, so that what was read is worth keeping. */
    public boolean isObject() {
        return object;
    }

    public long length() {
        return length;
    }

    /** Reads {@code count} bytes from {@code offset}; CorruptFileException if the file ends before the range does. */
    public void readFully(long offset, byte[] to, int at, int count) throws IOException {
        if (offset < 0 || count < 0) {
            throw new IllegalArgumentException(
                    "cannot read " + count + " bytes at offset " + offset + " of " + uri + ": both must be 0 or more");
        }
        if (count > length - offset) {
            throw new CorruptFileException(uri, "at least " + (offset + count) + " bytes", length + " bytes");
        }
        patience.askOften(uri, () -> {
            in.readFully(offset, to, at, count);
            return true;
        });
        if (object) {
            in.unbuffer(); // a connection of the store's client, which has some hundred for all readers
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** The bytes of a file whose store may be away for a while: a read that fails is repeated where it began. */
    static final class PatientStream extends BulkInputStream {
        private final String uri;
        private final Patience patience;

        /** A failed read of the stream below must leave its position as it was, as Hadoop's do. */
        PatientStream(InputStream in, String uri, Patience patience) {
            super(in);
            this.uri = uri;
            this.patience = patience;
        }

        @Override
        public int read(byte[] to, int at, int count) throws IOException {
            return patience.askOften(uri, () -> in.read(to, at, count));
        }

        @Override
        public int available() throws IOException {
            return in.available();
        }
    }
}
