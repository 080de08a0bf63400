package io.github.hyenaspark.data.shard.table;

import io.github.hyenaspark.data.shard.SpoolFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;

/**
 * Makes the footer of a Parquet file the same in every process. The library lists the encodings of a column in the
 * order of their objects' addresses; here they are in the order of their numbers.
 */
final class ParquetFooter {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int TRAILER_BYTES = Integer.BYTES + MAGIC.length;

    private ParquetFooter() {}

    /** Sorts the encodings in the footer of a whole file. */
    static void sortEncodings(SpoolFile file) throws IOException {
        long trailer = file.bytes() - TRAILER_BYTES;
        int length = ByteBuffer.wrap(read(file, trailer, Integer.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
        long start = trailer - length;
        FileMetaData footer = Util.readFileMetaData(new ByteArrayInputStream(read(file, start, length)));
        for (RowGroup group : footer.getRow_groups()) {
            for (ColumnChunk column : group.getColumns()) {
                Collections.sort(column.getMeta_data().getEncodings());
            }
        }
        var sorted = new ByteArrayOutputStream();
        Util.writeFileMetaData(footer, sorted);
        file.cut(start);
        try (OutputStream out = file.output()) {
            sorted.writeTo(out);
            out.write(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(sorted.size())
                    .array());
            out.write(MAGIC);
        }
    }

    private static byte[] read(SpoolFile file, long offset, int count) throws IOException {
        try (InputStream in = file.input(offset)) {
            return in.readNBytes(count);
        }
    }
}
