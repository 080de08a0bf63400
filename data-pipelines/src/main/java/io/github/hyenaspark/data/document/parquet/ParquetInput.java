package io.github.hyenaspark.data.document.parquet;

import io.github.hyenaspark.io.BulkInputStream;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.RangeReader;
import java.io.IOException;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * A file of any store as Parquet's library reads it: the footer, which the library reads in bits, with one request to
 * the store, and column chunks with one each. It remembers a failure of the store, which is not one of the file.
 */
final class ParquetInput implements InputFile {
    private static final int TAIL_BYTES = 1 << 16;

    private final RangeReader file;
    private final byte[] tail;
    private final long tailOffset;
    private IOException failure = new IOException();
    private boolean failed;

    /**
     * Reads the end of the file.
     *
     * @param file not closed by this
     */
    ParquetInput(RangeReader file) throws IOException {
        this.file = file;
        this.tail = new byte[(int) Math.min(file.length(), TAIL_BYTES)];
        this.tailOffset = file.length() - tail.length;
        file.readFully(tailOffset, tail, 0, tail.length);
    }

    /**
     * Does nothing unless the store has failed.
     *
     * @throws IOException of the store
     */
    void throwFailure() throws IOException {
        if (failed) {
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
                failed = true;
                failure = e;
                throw e;
            }
        }
    }
}
