package io.github.hyenaspark.data.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;

/** Writes Parquet files as others do. */
public final class ParquetFiles {
    private ParquetFiles() {}

    /** A writer of small row groups and pages; the caller closes it. */
    public static ParquetWriter<Group> writer(Path file, MessageType schema, CompressionCodecName codec)
            throws IOException {
        return ExampleParquetWriter.builder(new LocalOutput(file))
                .withType(schema)
                .withCompressionCodec(codec)
                .withRowGroupSize(2048L)
                .withPageSize(256)
                .withMinRowCountForPageSizeCheck(2)
                .withMaxRowCountForPageSizeCheck(10)
                .build();
    }

    private record LocalOutput(Path file) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSizeHint) throws IOException {
            OutputStream out = Files.newOutputStream(file);
            return new PositionOutputStream() {
                private long position;

                @Override
                public long getPos() {
                    return position;
                }

                @Override
                public void write(int value) throws IOException {
                    write(new byte[] {(byte) value}, 0, 1);
                }

                @Override
                public void write(byte[] from, int at, int count) throws IOException {
                    out.write(from, at, count);
                    position += count;
                }

                @Override
                public void close() throws IOException {
                    out.close();
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
    }
}
