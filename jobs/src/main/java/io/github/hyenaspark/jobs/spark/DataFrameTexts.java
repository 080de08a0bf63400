package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.document.RejectedDocumentException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Documents of rows whose first column names them and whose second one, a string, is their text. */
final class DataFrameTexts implements TextRows {
    private final Iterator<Row> rows;

    DataFrameTexts(Iterator<Row> rows) {
        this.rows = rows;
    }

    @Override
    public Optional<TextRow> next() {
        return rows.hasNext() ? Optional.of(text(rows.next())) : Optional.empty();
    }

    private static TextRow text(Row row) {
        byte[] text = row.isNullAt(1) ? new byte[0] : row.getString(1).getBytes(StandardCharsets.UTF_8);
        return new TextRow() {
            @Override
            public InputStream text() throws IOException {
                if (row.isNullAt(1)) {
                    throw new RejectedDocumentException("the text is null");
                }
                return new ByteArrayInputStream(text);
            }

            @Override
            public List<@Nullable Object> leading() {
                return Collections.singletonList(row.get(0));
            }

            @Override
            public long bytes() {
                return text.length;
            }
        };
    }
}
