package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.RejectedDocumentException;
import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.Row;
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

        /** Reads what is left of a text that was refused before its end, where that is known only afterwards. */
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
}
