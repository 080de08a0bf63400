package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.document.RejectedDocumentException;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.DocumentText;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import io.github.hyenaspark.io.Storage;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The documents of a task, one after the other. Confined to one thread. */
interface TextRows extends Closeable {
    /** The next document; what was not read of the one before is skipped. Empty after the last. */
    Optional<TextRow> next() throws IOException;

    /** The rest of the file that the document before is in cannot be read. */
    default void skipFile() throws IOException {}

    @Override
    default void close() throws IOException {}

    @FunctionalInterface
    interface Reading {
        void read(InputStream text) throws IOException;
    }

    /** Lets the text of a document be read; returns why the document is not to be used, empty if it is. */
    default String read(TextRow row, Reading reading) throws IOException {
        try {
            reading.read(row.text());
            row.skipRest();
            return row.refusal().orElse("");
        } catch (MalformedTextException e) {
            skipRest(row);
            return e.reason() + ", at byte " + e.offset() + " of the text";
        } catch (BadDocumentException e) {
            return e.reason();
        } catch (RejectedDocumentException e) {
            skipRest(row);
            return e.reason();
        } catch (BadFileException e) {
            skipFile();
            return e.reason() + ": the rest of the file cannot be read";
        }
    }

    private void skipRest(TextRow row) throws IOException {
        try {
            row.skipRest();
        } catch (BadDocumentException e) {
            return; // it has been refused for another reason
        } catch (BadFileException e) {
            skipFile();
        }
    }

    /** One document, usable until the next one is asked for. */
    interface TextRow {
        /** Its text in UTF-8; always the same stream. A fault of the document may be thrown here, too. */
        InputStream text() throws IOException;

        /** Reads what is left of a text, so that what stands behind it is known. */
        default void skipRest() throws IOException {}

        /** The values of the columns that stand before the result, after the text. */
        List<@Nullable Object> leading();

        /** Bytes of the text, after the text. */
        long bytes();

        /** Why the document is not to be used although it can be read, after the text. */
        default Optional<String> refusal() {
            return Optional.empty();
        }
    }

    /** Documents of rows, which have the text in a column of strings; of each row one value is handed through. */
    static final class DataFrameTexts implements TextRows {
        private final Iterator<Row> rows;
        private final int column;
        private final Function<Row, @Nullable Object> kept;

        DataFrameTexts(Iterator<Row> rows, int column, Function<Row, @Nullable Object> kept) {
            this.rows = rows;
            this.column = column;
            this.kept = kept;
        }

        @Override
        public Optional<TextRow> next() {
            return rows.hasNext() ? Optional.of(text(rows.next())) : Optional.empty();
        }

        private TextRow text(Row row) {
            byte[] text =
                    row.isNullAt(column) ? new byte[0] : row.getString(column).getBytes(StandardCharsets.UTF_8);
            return new TextRow() {
                @Override
                public InputStream text() throws IOException {
                    if (row.isNullAt(column)) {
                        throw new RejectedDocumentException("the text is null");
                    }
                    return new ByteArrayInputStream(text);
                }

                @Override
                public List<@Nullable Object> leading() {
                    return Collections.singletonList(kept.apply(row));
                }

                @Override
                public long bytes() {
                    return text.length;
                }
            };
        }
    }

    /**
     * Documents of files, as {@code prepare} reads and cleans them. A document is named by the id that its source gives
     * or, without one, as in a document table; beside it stand the path of its file, the position there, and the
     * columns of the settings.
     */
    static final class FileTexts implements TextRows {
        private final DataConfig config;
        private final List<DocumentStep> steps;
        private final WorkUnit.Documents documents;

        FileTexts(Storage storage, DataConfig config, Iterator<WorkUnit> units) {
            this.config = config;
            this.steps = DocumentStep.named(config.clean().steps());
            this.documents = new WorkUnit.Documents(storage, config.source(), units);
        }

        /** The columns of {@link TextRow#leading}. */
        static StructType columns(List<String> ofTheSource) {
            StructType columns = new StructType()
                    .add("id", DataTypes.StringType)
                    .add("path", DataTypes.StringType)
                    .add("position", DataTypes.LongType);
            for (String name : ofTheSource) {
                columns = columns.add(name, DataTypes.StringType);
            }
            return columns;
        }

        @Override
        public Optional<TextRow> next() throws IOException {
            try {
                Optional<Document> document = documents.next();
                return document.isPresent() ? Optional.of(new FileTextRow(document.get())) : Optional.empty();
            } catch (BadDocumentException e) {
                return Optional.of(new Unreadable(documents.path(), e.offset(), columnsOf(Map.of()), e));
            } catch (BadFileException e) {
                return Optional.of(new Unreadable(documents.path(), e.offset(), columnsOf(Map.of()), e));
            }
        }

        @Override
        public void skipFile() throws IOException {
            documents.close();
        }

        @Override
        public void close() throws IOException {
            documents.close();
        }

        private static List<@Nullable Object> leading(
                String id, String path, long position, List<@Nullable Object> columns) {
            List<@Nullable Object> leading = new ArrayList<>(List.of(id, path, position));
            leading.addAll(columns);
            return leading;
        }

        private List<@Nullable Object> columnsOf(Map<String, String> values) {
            List<@Nullable Object> columns = new ArrayList<>();
            config.source().columns().forEach(name -> columns.add(values.get(name)));
            return columns;
        }

        /** A document, cleaned while it is read. */
        private final class FileTextRow implements TextRow {
            private final Document document;
            private @Nullable DocumentText text; // not before it is asked for: a step may refuse the document unread

            FileTextRow(Document document) {
                this.document = document;
            }

            @Override
            public InputStream text() throws IOException {
                if (text == null) {
                    text = DocumentText.of(document, config.clean(), steps);
                }
                return text;
            }

            /** As its source has it: a step may be what refused the text. */
            @Override
            public void skipRest() throws IOException {
                document.readRest();
            }

            @Override
            public List<@Nullable Object> leading() {
                String place = DocumentText.documentId(document.path(), document.position(), "");
                try {
                    return FileTexts.leading(
                            document.givenId().orElse(place),
                            document.path(),
                            document.position(),
                            columnsOf(document.columns()));
                } catch (IllegalStateException unread) { // its record is broken after the text was refused
                    return FileTexts.leading(place, document.path(), document.position(), columnsOf(Map.of()));
                }
            }

            @Override
            public long bytes() {
                return text == null ? 0 : text.bytes();
            }

            @Override
            public Optional<String> refusal() {
                return text == null ? Optional.empty() : text.refusal();
            }
        }

        /** What stands in the place of a document that cannot be read. */
        private record Unreadable(String path, long position, List<@Nullable Object> columns, IOException fault)
                implements TextRow {
            @Override
            public InputStream text() throws IOException {
                throw fault;
            }

            @Override
            public List<@Nullable Object> leading() {
                return FileTexts.leading(DocumentText.documentId(path, position, ""), path, position, columns);
            }

            @Override
            public long bytes() {
                return 0;
            }
        }
    }
}
