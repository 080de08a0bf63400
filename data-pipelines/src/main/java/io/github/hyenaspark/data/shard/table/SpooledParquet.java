package io.github.hyenaspark.data.shard.table;

import io.github.hyenaspark.data.shard.SpoolFile;
import java.io.IOException;
import org.apache.parquet.io.DelegatingPositionOutputStream;
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
        return new DelegatingPositionOutputStream(file.output()) {
            @Override
            public long getPos() throws IOException {
                return file.bytes();
            }
        };
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
        SpoolFile.Input cursor = file.input(0);
        return new DelegatingSeekableInputStream(cursor) {
            @Override
            public long getPos() {
                return cursor.position();
            }

            @Override
            public void seek(long position) {
                cursor.seek(position);
            }
        };
    }

    @Override
    public String toString() {
        return "document table";
    }
}
