package io.github.hyenaspark.data.shard.table;

import io.github.hyenaspark.data.shard.SpoolFile;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/** A {@link SpoolFile} for Parquet's library, without a Hadoop file system. */
final class SpooledParquet implements OutputFile, InputFile {
    private final SpoolFile file;

    SpooledParquet(SpoolFile file) {
        this.file = file;
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) throws IOException {
        return new Output(file.output());
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
        return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
        return false;
    }

    @Override
    public long defaultBlockSize() {
        return 0;
    }

    @Override
    public long getLength() throws IOException {
        return file.bytes();
    }

    @Override
    public SeekableInputStream newStream() {
        return new Input(file.input(0));
    }

    @Override
    public String toString() {
        return "document table";
    }

    private static final class Output extends PositionOutputStream {
        private final OutputStream out;
        private long position;

        Output(OutputStream out) {
            this.out = out;
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            position++;
        }

        @Override
        public void write(byte[] from, int at, int count) throws IOException {
            out.write(from, at, count);
            position += count;
        }
    }

    private static final class Input extends DelegatingSeekableInputStream {
        private final SpoolFile.Input cursor;

        Input(SpoolFile.Input cursor) {
            super(cursor);
            this.cursor = cursor;
        }

        @Override
        public long getPos() {
            return cursor.position();
        }

        @Override
        public void seek(long position) {
            cursor.seek(position);
        }
    }
}
