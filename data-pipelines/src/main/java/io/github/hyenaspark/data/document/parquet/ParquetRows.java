package io.github.hyenaspark.data.document.parquet;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.SourceConfig;
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
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.DummyRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** The rows of one row group, in order. */
final class ParquetRows {
    private final String path;
    private final RowGroup group;
    private final SourceConfig config;
    private final ParquetColumn text;
    private final ColumnReader texts;
    private final Map<ParquetColumn, ColumnReader> others = new LinkedHashMap<>();
    private long row;

    private ParquetRows(String path, RowGroup group, ParquetColumn.ParquetColumns columns, ColumnReadStore store) {
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
                .forEach(column -> paths.add(Arrays.asList(column.descriptor().getPath())));
        reader.setRequestedSchema(new MessageType(schema.getName(), filtered(schema, paths, 0)));
    }

    static ParquetRows of(ParquetFileReader reader, RowGroup group, ParquetColumn.ParquetColumns columns, String path)
            throws IOException {
        FileMetaData meta = reader.getFileMetaData();
        PageReadStore pages = reader.readRowGroup(group.index());
        var root = new DummyRecordConverter(meta.getSchema()).getRootConverter();
        var store = new ColumnReadStoreImpl(pages, root, meta.getSchema(), meta.getCreatedBy());
        return new ParquetRows(path, group, columns, store);
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
        Optional<String> id = Optional.ofNullable(values.get(config.idField())).filter(found -> !found.isEmpty());
        values.keySet().retainAll(config.columns());
        byte[] bytes =
                value.orElseThrow(() -> new BadDocumentException(position, "the row has no text (null)", new byte[0]));
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
                                : field.asGroupType().withNewFields(filtered(field.asGroupType(), below, depth + 1)));
            }
        }
        return fields;
    }

    private record RowDocument(
            String path, long position, InputStream text, Optional<String> givenId, SortedMap<String, String> columns)
            implements Document {}

    /** A row group of at least 1 row, from a byte of the file. */
    record RowGroup(int index, long start, long firstRow, long rows) {}
}
