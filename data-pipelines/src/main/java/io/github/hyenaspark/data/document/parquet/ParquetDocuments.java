package io.github.hyenaspark.data.document.parquet;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.DummyRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Rows of a Parquet file as documents. A slice has the row groups whose first byte is in it; a row's number in the file
 * is its position. Memory holds the stored bytes of the wanted columns of one row group and one decompressed page of
 * each, so a text must fit in memory: the format knows no streams.
 */
public final class ParquetDocuments implements DocumentReader {
    private final Slice slice;
    private final SourceConfig config;
    private final RangeReader range;
    private final List<Rows.RowGroup> pending = new ArrayList<>();
    private Optional<ParquetInput> input = Optional.empty();
    private Optional<ParquetFileReader> file = Optional.empty();
    private Optional<ParquetColumn.ParquetColumns> columns = Optional.empty();
    private Optional<Rows> rows = Optional.empty();
    private long offset;
    private long rowsOfSlice;
    private long rowsRead;

    private ParquetDocuments(Slice slice, SourceConfig config, RangeReader range) {
        this.slice = slice;
        this.config = config;
        this.range = range;
    }

    /** Opens a slice; its footer is read with the first document. */
    public static ParquetDocuments open(Storage storage, Slice slice, SourceConfig config) throws IOException {
        InputFile listed = slice.file();
        RangeReader range = storage.openRange(listed.uri());
        if (range.length() != listed.bytes()) {
            range.close();
            throw new IOException("file " + listed.uri() + " has changed since it was listed: listed with "
                    + listed.bytes() + " bytes, found " + range.length() + "; run prepare again");
        }
        return new ParquetDocuments(slice, config, range);
    }

    @Override
    public Optional<Document> next() throws IOException {
        if (input.isEmpty()) {
            input = Optional.of(new ParquetInput(range));
            file = Optional.of(reading(this::openFile));
            listRowGroups(file.get());
        }
        while (rows.isEmpty() || !rows.get().hasNext()) {
            if (pending.isEmpty()) {
                return Optional.empty();
            }
            Rows.RowGroup group = pending.remove(0);
            offset = group.start();
            rows = Optional.of(reading(
                    () -> Rows.of(file.get(), group, columns.get(), slice.file().path())));
        }
        Rows current = rows.get();
        rowsRead++;
        return Optional.of(reading(current::next));
    }

    @Override
    public OptionalDouble shareOfRows() {
        boolean listed = columns.isPresent();
        return OptionalDouble.of(rowsOfSlice > 0 ? (double) rowsRead / rowsOfSlice : listed ? 1 : 0);
    }

    private ParquetFileReader openFile() throws IOException {
        return ParquetFileReader.open(
                input.get(),
                ParquetReadOptions.builder().usePageChecksumVerification().build());
    }

    private void listRowGroups(ParquetFileReader reader) {
        ParquetColumn.ParquetColumns wanted = ParquetColumn.ParquetColumns.of(
                reader.getFileMetaData().getSchema(), config, slice.file().uri());
        Rows.project(reader, wanted);
        columns = Optional.of(wanted);
        long row = 0;
        List<BlockMetaData> blocks = reader.getRowGroups();
        for (int index = 0; index < blocks.size(); index++) {
            BlockMetaData block = blocks.get(index);
            long start = block.getStartingPos();
            // the library refuses to read a group without rows
            if (start >= slice.from() && start < slice.to() && block.getRowCount() > 0) {
                pending.add(new Rows.RowGroup(index, start, row, block.getRowCount()));
                rowsOfSlice += block.getRowCount();
            }
            row += block.getRowCount();
        }
    }

    /** An exception of the library means a damaged file, unless the store has failed. */
    private <T> T reading(Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (BadDocumentException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            input.get().throwFailure();
            pending.clear();
            rows = Optional.empty();
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new BadFileException(slice.file().uri(), offset, "unreadable Parquet: " + reason);
        }
    }

    @Override
    public void close() throws IOException {
        if (file.isPresent()) {
            file.get().close();
        }
        range.close();
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    /** The rows of one row group, in order. */
    private static final class Rows {
        private final String path;
        private final RowGroup group;
        private final SourceConfig config;
        private final ParquetColumn text;
        private final ColumnReader texts;
        private final Map<ParquetColumn, ColumnReader> others = new LinkedHashMap<>();
        private long row;

        private Rows(String path, RowGroup group, ParquetColumn.ParquetColumns columns, ColumnReadStore store) {
            this.path = path;
            this.group = group;
            this.config = columns.config();
            this.text = columns.text();
            this.texts = store.getColumnReader(text.descriptor());
            for (ParquetColumn column : columns.others()) {
                others.put(column, store.getColumnReader(column.descriptor()));
            }
        }

        static void project(ParquetFileReader reader, ParquetColumn.ParquetColumns columns) {
            MessageType schema = reader.getFileMetaData().getSchema();
            List<List<String>> paths = new ArrayList<>();
            paths.add(Arrays.asList(columns.text().descriptor().getPath()));
            columns.others()
                    .forEach(column ->
                            paths.add(Arrays.asList(column.descriptor().getPath())));
            reader.setRequestedSchema(new MessageType(schema.getName(), filtered(schema, paths, 0)));
        }

        static Rows of(ParquetFileReader reader, RowGroup group, ParquetColumn.ParquetColumns columns, String path)
                throws IOException {
            FileMetaData meta = reader.getFileMetaData();
            PageReadStore pages = reader.readRowGroup(group.index());
            var root = new DummyRecordConverter(meta.getSchema()).getRootConverter();
            var store = new ColumnReadStoreImpl(pages, root, meta.getSchema(), meta.getCreatedBy());
            return new Rows(path, group, columns, store);
        }

        boolean hasNext() {
            return row < group.rows();
        }

        /** The next row; one without text is refused. */
        Document next() throws BadDocumentException {
            long position = group.firstRow() + row;
            row++;
            Optional<byte[]> value = text.nextBytes(texts);
            SortedMap<String, String> values = new TreeMap<>();
            others.forEach(
                    (column, reader) -> column.nextText(reader).ifPresent(found -> values.put(column.name(), found)));
            Optional<String> id =
                    Optional.ofNullable(values.get(config.idField())).filter(found -> !found.isEmpty());
            values.keySet().retainAll(config.columns());
            byte[] bytes = value.orElseThrow(
                    () -> new BadDocumentException(position, "the row has no text (null)", new byte[0]));
            return new RowDocument(
                    path, position, new ByteArrayInputStream(bytes), id, Collections.unmodifiableSortedMap(values));
        }

        private static List<Type> filtered(GroupType group, List<List<String>> paths, int depth) {
            List<Type> fields = new ArrayList<>();
            for (Type field : group.getFields()) {
                List<List<String>> below = paths.stream()
                        .filter(path -> path.get(depth).equals(field.getName()))
                        .toList();
                if (!below.isEmpty()) {
                    fields.add(
                            field.isPrimitive()
                                    ? field
                                    : field.asGroupType()
                                            .withNewFields(filtered(field.asGroupType(), below, depth + 1)));
                }
            }
            return fields;
        }

        private record RowDocument(
                String path,
                long position,
                InputStream text,
                Optional<String> givenId,
                SortedMap<String, String> columns)
                implements Document {}

        /** A row group of at least 1 row, from a byte of the file. */
        record RowGroup(int index, long start, long firstRow, long rows) {}
    }
}
