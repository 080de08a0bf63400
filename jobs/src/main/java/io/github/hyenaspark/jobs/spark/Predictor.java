package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.jobs.spark.TextRows.TextRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** What predicts something of documents, in tasks. */
public interface Predictor extends Serializable {
    /** The columns of a prediction. */
    StructType columns();

    /** The tokens of a text in UTF-8, at least one. */
    int[] tokens(InputStream text) throws IOException;

    /** The values of {@link #columns} for each document, by its tokens. */
    List<List<Object>> predict(List<int[]> documents);

    /** The rows of a task, one for each document and in their order; holds the documents of one batch at a time. */
    static final class Rows implements Iterator<Row> {
        private static final int MOST_DOCUMENTS = 64;
        private static final long MOST_TOKENS = 1 << 16;

        private final TextRows texts;
        private final Predictor predictor;
        private final Deque<Row> ready = new ArrayDeque<>();
        private boolean atEnd;

        Rows(TextRows texts, Predictor predictor) {
            this.texts = texts;
            this.predictor = predictor;
        }

        @Override
        public boolean hasNext() {
            try {
                while (ready.isEmpty() && !atEnd) {
                    readBatch();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return !ready.isEmpty();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all documents have been taken");
            }
            return ready.remove();
        }

        private record Read(List<@Nullable Object> leading, String error, int number) {}

        private void readBatch() throws IOException {
            List<Read> read = new ArrayList<>();
            List<int[]> documents = new ArrayList<>();
            long tokens = 0;
            while (!atEnd && read.size() < MOST_DOCUMENTS && tokens < MOST_TOKENS) {
                Optional<TextRow> next = texts.next();
                atEnd = next.isEmpty();
                if (next.isPresent()) {
                    List<int[]> found = new ArrayList<>();
                    String fault = texts.read(next.get(), text -> found.add(predictor.tokens(text)));
                    boolean fine = fault.isEmpty();
                    read.add(new Read(next.get().leading(), fault, fine ? documents.size() : -1));
                    if (fine) {
                        documents.add(found.get(0));
                        tokens += found.get(0).length;
                    }
                }
            }
            List<List<Object>> predictions = documents.isEmpty() ? List.of() : predictor.predict(documents);
            for (Read each : read) {
                List<@Nullable Object> values = new ArrayList<>(each.leading);
                boolean failed = !each.error.isEmpty();
                values.addAll(
                        failed ? Collections.nCopies(predictor.columns().size(), null) : predictions.get(each.number));
                values.add(failed ? each.error : null);
                ready.add(RowFactory.create(values.toArray()));
            }
        }
    }
}
