package io.github.hyenaspark.data.shard.table;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.SpoolFile;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.Storage.OtherContentException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the {@link DocumentTable} of one work unit, row by row: at most a row group is in memory, the rest in a
 * temporary file. Equal rows in the same order give equal bytes with the same version of Parquet's library. Confined to
 * one thread.
 */
public final class DocumentTableWriter implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentTableWriter.class);
    private static final long ROW_GROUP_BYTES = 16 << 20;
    private static final int PAGE_BYTES = 256 << 10;
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int TRAILER_BYTES = Integer.BYTES + MAGIC.length;

    private final MessageType schema;
    private final List<String> columns;
    private final SpoolFile spool;
    private final ParquetWriter<Group> writer;
    private final RowHash rows;

    private DocumentTableWriter(MessageType schema, List<String> columns, SpoolFile spool) throws IOException {
        this.schema = schema;
        this.columns = columns;
        this.spool = spool;
        this.rows = new RowHash(columns);
        // the builder that takes no class of Hadoop's
        this.writer = ExampleParquetWriter.builder(new SpooledParquet(spool))
                .withType(schema)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize(ROW_GROUP_BYTES)
                .withPageSize(PAGE_BYTES)
                .withDictionaryEncoding(DocumentTable.ID, false)
                .withDictionaryEncoding(DocumentTable.CONTENT_HASH, false)
                .withDictionaryEncoding(DocumentTable.SIGNATURE, false)
                .build();
    }

    /** Opens a table with these columns of the user's; refuses equal names. */
    public static DocumentTableWriter open(List<String> columns) throws IOException {
        MessageType schema = DocumentTable.schema(columns);
        SpoolFile spool = SpoolFile.open();
        try {
            return new DocumentTableWriter(schema, List.copyOf(columns), spool);
        } catch (IOException e) {
            spool.close();
            throw e;
        }
    }

    /** Adds a row; columns that were not named to {@link #open} are left out. */
    public void append(DocumentRow row) throws IOException {
        var group = new SimpleGroup(schema);
        int field = 0;
        group.add(field++, row.id());
        group.add(field++, row.contentHash());
        group.add(field++, row.path());
        group.add(field++, row.position());
        group.add(field++, row.split().folder());
        group.add(field++, row.document());
        group.add(field++, row.tokens());
        group.add(field++, row.bytes());
        if (row.signature().length > 0) {
            group.add(field, Binary.fromConstantByteArray(row.signature()));
        }
        for (String column : columns) {
            field++;
            String value = row.columns().get(column);
            if (value != null) {
                group.add(field, value);
            }
        }
        writer.write(group);
        rows.add(row);
    }

    /**
     * Writes {@code docs/part-UNIT-rHASH.parquet}, named by its rows; no row can be added after it. The table of a unit
     * that is done again, {@code before}, stays if it is undamaged, and one from before there were such names is named
     * by its bytes as it was.
     */
    public ObjectRef write(Storage storage, String dataset, String unit, Optional<ObjectRef> before)
            throws IOException {
        writer.close();
        sortEncodings(spool);
        if (before.isPresent() && !DocumentTable.isNamedByRows(before.get().file())) {
            String prefix = DocumentTable.FOLDER + "/part-" + unit + "-";
            return ObjectRef.of(
                    DocumentTable.FOLDER, spool.publish(storage, Storage.resolve(dataset, prefix), ".parquet"));
        }
        String file = DocumentTable.FOLDER + "/" + DocumentTable.name(unit, rows.digits());
        if (before.isPresent() && before.get().file().equals(file) && isIntact(storage, dataset, before.get())) {
            return before.get();
        }
        return publish(storage, dataset, file);
    }

    private static boolean isIntact(Storage storage, String dataset, ObjectRef table) throws IOException {
        try {
            table.verify(storage, dataset);
            return true;
        } catch (CorruptFileException e) {
            LOG.warn("{}", e.getMessage());
            return false;
        }
    }

    private ObjectRef publish(Storage storage, String dataset, String file) throws IOException {
        String uri = Storage.resolve(dataset, file);
        try {
            return ObjectRef.of(DocumentTable.FOLDER, spool.publish(storage, uri));
        } catch (OtherContentException e) {
            LOG.warn("{} is damaged or was made by another version of Parquet's library; it is written again", uri);
            storage.delete(uri);
            ObjectRef written = ObjectRef.of(DocumentTable.FOLDER, spool.publish(storage, uri));
            DocumentTable.note(storage, dataset, written);
            return written;
        }
    }

    /**
     * Makes the file the same in every process: the library lists a column's encodings in the order of their objects'
     * addresses, here they are in the order of their numbers.
     */
    private static void sortEncodings(SpoolFile file) throws IOException {
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

    @Override
    public void close() throws IOException {
        try {
            writer.close();
        } finally {
            spool.close();
        }
    }

    /**
     * The hash of a table's rows in their order, whatever file they are in: SHA-256 over all values with their lengths.
     */
    private static final class RowHash {
        private static final int DIGITS = 16;

        private final MessageDigest sha256 = Hashes.newSha256();
        private final List<String> columns;

        /** Of rows with these further columns. */
        RowHash(List<String> columns) {
            this.columns = List.copyOf(columns);
            columns.forEach(this::add);
        }

        void add(DocumentRow row) {
            add(row.id());
            add(row.contentHash());
            add(row.path());
            add(row.position());
            add(row.split().folder());
            add(row.document());
            add(row.tokens());
            add(row.bytes());
            add(row.signature());
            for (String column : columns) {
                String value = row.columns().get(column);
                if (value == null) {
                    add(-1);
                } else {
                    add(value);
                }
            }
        }

        private void add(String text) {
            add(text.getBytes(StandardCharsets.UTF_8));
        }

        private void add(byte[] bytes) {
            add(bytes.length);
            sha256.update(bytes);
        }

        private void add(long number) {
            sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
        }

        /** The first hexadecimal digits; no row can be added after it. */
        String digits() {
            return Hashes.hex(sha256.digest()).substring(0, DIGITS);
        }
    }
}
