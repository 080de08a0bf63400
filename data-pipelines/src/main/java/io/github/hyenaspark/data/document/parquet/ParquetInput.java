package io.github.hyenaspark.data.document.parquet;

import io.github.hyenaspark.io.BulkInputStream;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.RangeReader;
import java.io.IOException;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of any store for Parquet's library: the footer, which the library reads in small pieces, takes one request to
 * the store, and each column chunk one. A failure of the store is remembered, since it is not a fault of the file.
 */
final class ParquetInput implements InputFile {
    private static final int TAIL_BYTES = 1 << 16;

    private final RangeReader file;
    private final byte[] tail;
    private final long tailOffset;
    private @Nullable IOException failure;

    /** Reads the end of the file, which this does not close. */
    ParquetInput(RangeReader file) throws IOException {
        this.file = file;
        this.tail = new byte[(int) Math.min(file.length(), TAIL_BYTES)];
        this.tailOffset = file.length() - tail.length;
        file.readFully(tailOffset, tail, 0, tail.length);
    }

    /** Throws what the store has thrown, if it failed. */
    void throwFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public long getLength() {
        return file.length();
    }

    @Override
    public SeekableInputStream newStream() {
        var cursor = new Cursor();
        return new DelegatingSeekableInputStream(cursor) {
            @Override
            public long getPos() {
                return cursor.position;
            }

            @Override
            public void seek(long position) {
                cursor.position = position;
            }
        };
    }

    @Override
    public String toString() {
        return "the file";
    }

    private final class Cursor extends BulkInputStream {
        private long position;

        @Override
        public int read(byte[] to, int at, int count) throws IOException {
            int read = (int) Math.min(count, file.length() - position);
            if (read <= 0) {
                return count == 0 ? 0 : -1;
            }
            if (position >= tailOffset) {
                System.arraycopy(tail, (int) (position - tailOffset), to, at, read);
            } else {
                readStore(to, at, read);
            }
            position += read;
            return read;
        }

        private void readStore(byte[] to, int at, int count) throws IOException {
            try {
                file.readFully(position, to, at, count);
            } catch (CorruptFileException e) {
                throw e; // beyond the end
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }
}
