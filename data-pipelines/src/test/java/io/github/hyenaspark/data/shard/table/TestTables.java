package io.github.hyenaspark.data.shard.table;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;

/** Document tables as another version of the library may write them. */
public final class TestTables {
    private static final int TRAILER = 8;

    private TestTables() {}

    static FileMetaData footer(byte[] parquet) throws IOException {
        int start = start(parquet);
        return Util.readFileMetaData(new ByteArrayInputStream(parquet, start, parquet.length - TRAILER - start));
    }

    private static int start(byte[] parquet) {
        int trailer = parquet.length - TRAILER;
        return trailer - ByteBuffer.wrap(parquet).order(ByteOrder.LITTLE_ENDIAN).getInt(trailer);
    }

    /** The same rows in a longer file. */
    public static byte[] byAnotherLibrary(byte[] parquet) throws IOException {
        FileMetaData footer = footer(parquet);
        footer.setCreated_by("another version of the library: " + footer.getCreated_by());
        var file = new ByteArrayOutputStream();
        file.write(parquet, 0, start(parquet));
        Util.writeFileMetaData(footer, file);
        int length = file.size() - start(parquet);
        file.write(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .array());
        file.writeBytes(Arrays.copyOfRange(parquet, parquet.length - Integer.BYTES, parquet.length));
        return file.toByteArray();
    }
}
