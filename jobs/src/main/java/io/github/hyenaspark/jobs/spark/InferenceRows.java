package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.jobs.spark.TextRows.TextRow;
import java.io.IOException;
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
import org.jspecify.annotations.Nullable;

/**
 * The rows of a task, one for each document and in their order: documents are read, cut into sequences and run through
 * a model only as rows are asked for. Holds the sequences of the batches that are not full yet, and the results of at
 * most some hundred documents.
 */
final class InferenceRows<R extends Inference.Result> implements Iterator<Row> {
    private static final int MOST_UNDER_WAY = 512;

    private final TextRows texts;
    private final Tokenizer tokenizer;
    private final Inference<R> inference;
    private final SequenceBatcher<R> runs;
    private final int columns;
    private final Deque<R> underWay = new ArrayDeque<>();
    private boolean atEnd;

    /** Rows of unread documents; nobody else uses the model of {@code runs}. */
    InferenceRows(TextRows texts, Tokenizer tokenizer, Inference<R> inference, SequenceBatcher<R> runs) {
        this.texts = texts;
        this.tokenizer = tokenizer;
        this.inference = inference;
        this.runs = runs;
        this.columns = inference.columns().size();
    }

    @Override
    public boolean hasNext() {
        try {
            while (!atEnd && (underWay.isEmpty() || !underWay.element().isComplete())) {
                readNext();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return !underWay.isEmpty();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all documents have been taken");
        }
        R done = underWay.remove();
        List<@Nullable Object> values = new ArrayList<>(done.leading());
        boolean failed = !done.error().isEmpty();
        values.addAll(failed ? Collections.nCopies(columns, null) : done.values());
        values.add(failed ? done.error() : null);
        return RowFactory.create(values.toArray());
    }

    private void readNext() throws IOException {
        Optional<TextRow> next = texts.next();
        if (next.isPresent()) {
            read(next.get());
        } else {
            atEnd = true;
        }
        if (atEnd || underWay.size() > MOST_UNDER_WAY) {
            runs.flush();
        }
    }

    private void read(TextRow text) throws IOException {
        R result = inference.begin();
        underWay.add(result);
        String fault = texts.read(text, in -> {
            var cut = new SequenceBatcher.DocumentCut<>(result, inference.windows(), runs::add);
            tokenizer.encode(in, cut);
            cut.accept(new int[] {tokenizer.endOfDocument()}, 1);
            cut.end();
        });
        result.end(text.leading(), text.bytes(), fault);
    }
}
