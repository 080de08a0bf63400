package io.github.hyenaspark.data.shard.table;

import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.SpoolFile;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.DummyRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;

/**
 * Reads the table of a unit's documents, a Parquet file that any SQL tool reads too, from a temporary copy that is
 * checked against the hash in its name. Written by {@link DocumentTableWriter}.
 */
public final class DocumentTable {
    /** The folder of all parts in a dataset. */
    public static final String FOLDER = "docs";

    private static final List<String> KEY = List.of(
            DocumentColumns.CONTENT_HASH, DocumentColumns.SIGNATURE, DocumentColumns.SPLIT, DocumentColumns.DOCUMENT);

    private final String uri;
    private final ParquetFileReader reader;

    private DocumentTable(String uri, ParquetFileReader reader) {
        this.uri = uri;
        this.reader = reader;
    }

    /**
     * Gives every row, in the order in which they were written.
     *
     * @throws CorruptFileException if it is damaged
     */
    public static void read(Storage storage, String uri, RowSink<DocumentRow> rows) throws IOException {
        with(storage, uri, table -> table.rows(rows));
    }

    /**
     * Gives the part of every row that identifies duplicates, in the order of the rows; nothing else is decoded.
     *
     * @throws CorruptFileException if it is damaged
     */
    public static void readKeys(Storage storage, String uri, RowSink<DocumentRow.Key> keys) throws IOException {
        with(storage, uri, table -> table.keys(keys));
    }

    private static void with(Storage storage, String uri, RowSink<DocumentTable> use) throws IOException {
        try (SpoolFile file = SpoolFile.copyOf(storage, uri);
                ParquetFileReader reader = ParquetFileReader.open(
                        new SpooledParquet(file), ParquetReadOptions.builder().build())) {
            use.accept(new DocumentTable(uri, reader));
        }
    }

    private void rows(RowSink<DocumentRow> rows) throws IOException {
        MessageType schema = schema();
        List<String> columns = DocumentColumns.columnsOf(schema, uri);
        for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
            Cells cells = new Cells(pages, schema);
            for (long row = 0; row < pages.getRowCount(); row++) {
                rows.accept(new DocumentRow(
                        cells.text(DocumentColumns.ID),
                        cells.text(DocumentColumns.CONTENT_HASH),
                        cells.text(DocumentColumns.PATH),
                        cells.longNumber(DocumentColumns.POSITION),
                        Split.ofFolder(cells.text(DocumentColumns.SPLIT)),
                        cells.number(DocumentColumns.DOCUMENT),
                        cells.longNumber(DocumentColumns.TOKENS),
                        cells.longNumber(DocumentColumns.BYTES),
                        cells.bytes(DocumentColumns.SIGNATURE),
                        cells.columns(columns)));
            }
        }
    }

    private void keys(RowSink<DocumentRow.Key> keys) throws IOException {
        MessageType schema = schema();
        DocumentColumns.columnsOf(schema, uri);
        MessageType projection = DocumentColumns.projection(KEY);
        reader.setRequestedSchema(projection);
        for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
            Cells cells = new Cells(pages, projection);
            for (long row = 0; row < pages.getRowCount(); row++) {
                keys.accept(new DocumentRow.Key(
                        cells.text(DocumentColumns.CONTENT_HASH),
                        cells.bytes(DocumentColumns.SIGNATURE),
                        Split.ofFolder(cells.text(DocumentColumns.SPLIT)),
                        cells.number(DocumentColumns.DOCUMENT)));
            }
        }
    }

    private MessageType schema() {
        return reader.getFileMetaData().getSchema();
    }

    /** The columns of one row group; each value is read once, row after row. */
    private static final class Cells {
        private final SortedMap<String, ColumnReader> readers = new TreeMap<>();

        Cells(PageReadStore pages, MessageType schema) {
            var root = new DummyRecordConverter(schema).getRootConverter();
            // the writer's name matters only for faults of old writers
            var store = new ColumnReadStoreImpl(pages, root, schema, "");
            schema.getColumns().forEach(column -> readers.put(column.getPath()[0], store.getColumnReader(column)));
        }

        String text(String name) {
            return take(name, reader -> reader.getBinary().toStringUsingUTF8());
        }

        int number(String name) {
            return take(name, ColumnReader::getInteger);
        }

        long longNumber(String name) {
            return take(name, ColumnReader::getLong);
        }

        byte[] bytes(String name) {
            return take(
                    name,
                    reader -> reader.getCurrentDefinitionLevel() == 0
                            ? new byte[0]
                            : reader.getBinary().getBytes());
        }

        private <T> T take(String name, Function<ColumnReader, T> get) {
            ColumnReader reader = reader(name);
            T value = get.apply(reader);
            reader.consume();
            return value;
        }

        SortedMap<String, String> columns(List<String> names) {
            SortedMap<String, String> columns = new TreeMap<>();
            for (String name : names) {
                if (reader(name).getCurrentDefinitionLevel() == 0) {
                    reader(name).consume();
                } else {
                    columns.put(name, new String(bytes(name), StandardCharsets.UTF_8));
                }
            }
            return columns;
        }

        private ColumnReader reader(String name) {
            ColumnReader reader = readers.get(name);
            if (reader == null) {
                throw new IllegalArgumentException("no column " + name + " among " + readers.keySet());
            }
            return reader;
        }
    }
}
