package io.github.hyenaspark.data.document.parquet;

import io.github.hyenaspark.data.document.SourceConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
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

/** The rows of one row group, of which each is taken once, in order. */
final class ParquetRows {
    private final String path;
    private final ParquetRowGroup group;
    private final SourceConfig config;
    private final ParquetColumn text;
    private final ColumnReader texts;
    private final Map<ParquetColumn, ColumnReader> others = new LinkedHashMap<>();
    private long row;

    private ParquetRows(String path, ParquetRowGroup group, ParquetColumns columns, ColumnReadStore store) {
        this.path = path;
        this.group = group;
        this.config = columns.config();
        this.text = columns.text();
        this.texts = store.getColumnReader(text.descriptor());
        for (ParquetColumn column : columns.others()) {
            others.put(column, store.getColumnReader(column.descriptor()));
        }
    }

    /** Makes the reader read no columns but these. */
    static void project(ParquetFileReader reader, ParquetColumns columns) {
        MessageType schema = reader.getFileMetaData().getSchema();
        List<List<String>> paths = new ArrayList<>();
        paths.add(Arrays.asList(columns.text().descriptor().getPath()));
        columns.others()
                .forEach(column -> paths.add(Arrays.asList(column.descriptor().getPath())));
        reader.setRequestedSchema(new MessageType(schema.getName(), filtered(schema, paths, 0)));
    }

    /** Reads a row group of a projected reader. */
    static ParquetRows of(ParquetFileReader reader, ParquetRowGroup group, ParquetColumns columns, String path)
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

    ParquetRow next() {
        long position = group.firstRow() + row;
        long sourceBytes = group.bytesOf(row + 1) - group.bytesOf(row);
        row++;
        Optional<byte[]> bytes = text.nextBytes(texts);
        SortedMap<String, String> values = new TreeMap<>();
        others.forEach(
                (column, reader) -> column.nextText(reader).ifPresent(value -> values.put(column.name(), value)));
        Optional<String> id = Optional.ofNullable(values.get(config.idField())).filter(value -> !value.isEmpty());
        values.keySet().retainAll(config.columns());
        return new ParquetRow(new ParquetRow.Place(path, position, sourceBytes), bytes, id, values);
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
}
