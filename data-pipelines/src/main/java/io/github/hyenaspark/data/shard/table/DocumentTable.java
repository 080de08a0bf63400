package io.github.hyenaspark.data.shard.table;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.SpoolFile;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.DummyRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Reads the table of a unit's documents, a Parquet file that any SQL tool reads too, from a temporary copy. Written by
 * {@link DocumentTableWriter}.
 *
 * <p>A table is named by the hash of its rows, for other versions of Parquet's library make other bytes of them; the
 * reference to it has the hash of its bytes. A table that was lost and made again by another version has its name and
 * its rows, and a note beside it says which bytes it has now; what refers to it stays as it is.
 */
public final class DocumentTable implements Closeable {
    public static final String FOLDER = "docs";

    static final String ID = "document_id";
    static final String CONTENT_HASH = "content_hash";
    static final String PATH = "path";
    static final String POSITION = "position";
    static final String SPLIT = "split";
    static final String DOCUMENT = "document";
    static final String TOKENS = "tokens";
    static final String BYTES = "bytes";
    static final String SIGNATURE = "signature";

    private static final String BY_ROWS = "r"; // before the hash in a name
    private static final String SUFFIX = ".parquet";
    private static final String SCHEMA = "document";
    private static final List<Type> OURS = List.of(
            text(ID),
            text(CONTENT_HASH),
            text(PATH),
            number(POSITION, PrimitiveTypeName.INT64),
            text(SPLIT),
            number(DOCUMENT, PrimitiveTypeName.INT32),
            number(TOKENS, PrimitiveTypeName.INT64),
            number(BYTES, PrimitiveTypeName.INT64),
            Types.optional(PrimitiveTypeName.BINARY).named(SIGNATURE));

    private static final List<String> KEY = List.of(CONTENT_HASH, SIGNATURE, SPLIT, DOCUMENT, TOKENS);

    private final String uri;
    private final SpoolFile file;
    private final ParquetFileReader reader;
    private @Nullable Cells group;
    private long left; // rows of the group

    private DocumentTable(String uri, SpoolFile file, ParquetFileReader reader) {
        this.uri = uri;
        this.file = file;
        this.reader = reader;
    }

    /** Gives every row, in the order in which they were written. */
    public static void read(Storage storage, String dataset, ObjectRef table, RowSink<DocumentRow> rows)
            throws IOException {
        try (DocumentTable open = open(storage, dataset, table)) {
            open.rows(rows);
        }
    }

    /**
     * The part of every row that identifies duplicates, in the order of the rows; nothing else is decoded, and no more
     * than a group of rows is held. The caller closes it.
     */
    public static Keys keys(Storage storage, String dataset, ObjectRef table) throws IOException {
        DocumentTable open = open(storage, dataset, table);
        try {
            return new Keys(open);
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    /** Whether it exists with its length, or with that of the note beside it. */
    public static boolean isThere(Storage storage, String dataset, ObjectRef table) throws IOException {
        return table.isThere(storage, dataset)
                || noted(storage, dataset, table).orElse(table).isThere(storage, dataset);
    }

    /**
     * Reads it whole; throws if it is missing, or CorruptFileException if its bytes are not those that it should have.
     */
    public static void verify(Storage storage, String dataset, ObjectRef table) throws IOException {
        open(storage, dataset, table).close();
    }

    /** Whether the name of a table is that of its rows; until version 0.1 it was that of its bytes. */
    public static boolean isNamedByRows(String file) {
        return file.matches(".*-" + BY_ROWS + "[0-9a-f]+" + Pattern.quote(SUFFIX));
    }

    static String name(String unit, String rowHash) {
        return "part-" + unit + "-" + BY_ROWS + rowHash + SUFFIX;
    }

    /** The file of the note beside a table, which is there only if the table was made again in other bytes. */
    public static String note(String file) {
        return file.substring(0, file.length() - SUFFIX.length()) + ".json";
    }

    /** The table that a note is beside; any other file is returned itself. */
    public static String tableOf(String file) {
        boolean note = file.startsWith(FOLDER + "/") && file.endsWith(".json");
        return note ? file.substring(0, file.length() - ".json".length()) + SUFFIX : file;
    }

    /** Notes the bytes of a table that was made again, for readers that know those of the first. */
    public static void note(Storage storage, String dataset, ObjectRef madeAgain) throws IOException {
        storage.replace(Storage.resolve(dataset, note(madeAgain.file())), Json.Sealed.SEAL.seal(madeAgain.toJson()));
    }

    private static Optional<ObjectRef> noted(Storage storage, String dataset, ObjectRef table) throws IOException {
        String uri = Storage.resolve(dataset, note(table.file()));
        try {
            return Optional.of(ObjectRef.fromJson(Json.Sealed.SEAL.open(uri, storage.read(uri)), uri));
        } catch (FileNotFoundException | CorruptFileException e) {
            return Optional.empty();
        }
    }

    private static DocumentTable open(Storage storage, String dataset, ObjectRef table) throws IOException {
        String uri = Storage.resolve(dataset, table.file());
        SpoolFile file = SpoolFile.uncheckedCopyOf(storage, uri);
        try {
            String found = file.sha256();
            if (!found.equals(table.sha256())
                    && !found.equals(
                            noted(storage, dataset, table).orElse(table).sha256())) {
                throw new CorruptFileException(
                        uri, "SHA-256 " + table.sha256(), found, "delete it and run prepare again");
            }
            ParquetFileReader reader = ParquetFileReader.open(
                    new SpooledParquet(file), ParquetReadOptions.builder().build());
            return new DocumentTable(uri, file, reader);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        group = null; // its columns hold their last pages, and a task may have closed hundreds of tables
        left = 0;
        try (file) {
            reader.close();
        }
    }

    private void rows(RowSink<DocumentRow> rows) throws IOException {
        MessageType schema = schema();
        List<String> columns = columnsOf(schema, uri);
        for (Cells row = next(schema); row != null; row = next(schema)) {
            rows.accept(new DocumentRow(
                    row.text(ID),
                    row.text(CONTENT_HASH),
                    row.text(PATH),
                    row.longNumber(POSITION),
                    Split.ofFolder(row.text(SPLIT)),
                    row.number(DOCUMENT),
                    row.longNumber(TOKENS),
                    row.longNumber(BYTES),
                    row.bytes(SIGNATURE),
                    row.columns(columns)));
        }
    }

    /** The cells of the next row, null at the end; the group of rows that they are of is held. */
    private @Nullable Cells next(MessageType requested) throws IOException {
        while (left == 0) {
            PageReadStore pages = reader.readNextRowGroup();
            if (pages == null) {
                return null;
            }
            group = new Cells(pages, requested);
            left = pages.getRowCount();
        }
        left--;
        return group;
    }

    /** Keys that are read as they are asked for. */
    public static final class Keys implements Closeable {
        private final DocumentTable table;
        private final MessageType projection = projection(KEY);

        private Keys(DocumentTable table) throws CorruptFileException {
            this.table = table;
            columnsOf(table.schema(), table.uri);
            table.reader.setRequestedSchema(projection);
        }

        /** Empty at the end. */
        public Optional<DocumentRow.Key> next() throws IOException {
            Cells row = table.next(projection);
            return row == null
                    ? Optional.empty()
                    : Optional.of(new DocumentRow.Key(
                            row.text(CONTENT_HASH),
                            row.bytes(SIGNATURE),
                            Split.ofFolder(row.text(SPLIT)),
                            row.number(DOCUMENT),
                            row.longNumber(TOKENS)));
        }

        @Override
        public void close() throws IOException {
            table.close();
        }
    }

    private MessageType schema() {
        return reader.getFileMetaData().getSchema();
    }

    /** Refuses the name of a field, given by {@code setting}, that a table could not have as a column. */
    public static void checkField(String setting, String field) {
        List<String> taken = OURS.stream().map(Type::getName).toList();
        Refusal.unless(
                !taken.contains(field.toLowerCase(Locale.ROOT)),
                setting,
                field,
                "a name other than " + taken + ", which the table of documents has for itself; rename the field");
    }

    /** Refuses columns that a table cannot have beside its own, as {@link #schema} does. */
    public static void check(List<String> columns) {
        schema(columns);
    }

    /** The schema with the user's columns; refuses unnamed ones and equal names, ignoring case as SQL does. */
    static MessageType schema(List<String> columns) {
        List<Type> types = new ArrayList<>(OURS);
        Set<String> taken = new TreeSet<>(OURS.stream().map(Type::getName).toList());
        for (String column : columns) {
            if (column.isBlank() || !taken.add(column.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(
                        "data.source.columns: the document table cannot have a further column \"" + column
                                + "\", expected a name other than " + taken
                                + "; rename it in the input or leave it out");
            }
            types.add(Types.optional(PrimitiveTypeName.BINARY).as(stringType()).named(column));
        }
        return new MessageType(SCHEMA, types);
    }

    static List<String> columnsOf(MessageType found, String uri) throws CorruptFileException {
        List<Type> types = found.getFields();
        if (types.size() < OURS.size() || !types.subList(0, OURS.size()).equals(OURS)) {
            throw new CorruptFileException(uri, "the columns " + OURS, types.toString(), "run prepare again");
        }
        return types.subList(OURS.size(), types.size()).stream()
                .map(Type::getName)
                .toList();
    }

    static MessageType projection(List<String> names) {
        return new MessageType(
                SCHEMA,
                OURS.stream().filter(type -> names.contains(type.getName())).toList());
    }

    private static Type text(String name) {
        return Types.required(PrimitiveTypeName.BINARY).as(stringType()).named(name);
    }

    private static Type number(String name, PrimitiveTypeName type) {
        return Types.required(type).named(name);
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
