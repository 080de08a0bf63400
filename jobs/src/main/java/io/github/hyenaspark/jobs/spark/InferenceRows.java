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
 * most some hundred documents, whose tokens are those of some batches and of one document at most.
 *
 * <p>Rows may be asked for by another thread than the task's, as Spark does where it feeds another process, and that
 * thread may still be at it when the task ends.
 */
final class InferenceRows<R extends Inference.Result> implements Iterator<Row> {
    private static final int MOST_UNDER_WAY = 512;
    private static final int MOST_BATCHES_UNDER_WAY = 16; // results may have a value for each token

    private final TextRows texts;
    private final Tokenizer tokenizer;
    private final Inference<R> inference;
    private final SequenceBatcher<R> runs;
    private final int columns;
    private final Deque<R> underWay = new ArrayDeque<>();
    private long tokensUnderWay;
    private boolean atEnd;
    private boolean busy; // a thread computes; guarded by this
    private boolean closed; // the task has ended; guarded by this

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
            enter();
            try {
                while (!atEnd && (underWay.isEmpty() || !underWay.element().isComplete())) {
                    refuseIfClosed();
                    readNext();
                }
            } finally {
                leave();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return !underWay.isEmpty();
    }

    private synchronized void enter() {
        refuseIfClosed();
        busy = true;
    }

    private synchronized void leave() throws IOException {
        busy = false;
        if (closed) {
            texts.close();
        }
    }

    private synchronized void refuseIfClosed() {
        if (closed) {
            throw new IllegalStateException("the task of these rows has ended");
        }
    }

    /**
     * Ends the rows and closes the documents, without waiting: if another thread is computing a row, it does so when it
     * is done. False in that case: the model may be in use, and nobody else may get it.
     */
    synchronized boolean close() throws IOException {
        closed = true;
        if (!busy) {
            texts.close();
        }
        return !busy;
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all documents have been taken");
        }
        R done = underWay.remove();
        tokensUnderWay -= done.tokens();
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
        if (atEnd || underWay.size() > MOST_UNDER_WAY || tokensUnderWay > MOST_BATCHES_UNDER_WAY * runs.batchTokens()) {
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
        tokensUnderWay += result.tokens();
    }
}
