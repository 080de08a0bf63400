package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.jobs.spark.TextRows.TextRow;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.io.IOException;
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

/** What is computed of documents; {@code R} is the result of one. */
interface Inference<R extends Inference.Result> extends Serializable {
    /** The columns of a result, in the order of {@link Result#values}. */
    StructType columns();

    SequenceBatcher.Windows windows();

    /** The result of a document of which nothing was computed so far. */
    R begin();

    /** Computes a batch and adds to the results; {@code rows} are its sequences, in order. */
    void run(HyenaLanguageModel model, Batch batch, List<SequenceBatcher.DocumentSequence<R>> rows);

    /** The result of one document while its sequences go through a model. */
    abstract static class Result {
        private final List<@Nullable Object> leading = new ArrayList<>();
        private String error = "";
        private long bytes;
        private boolean read;
        private int underWay;
        private long tokens;

        /** The values of the columns of a document that was read without a fault; null where there is none. */
        abstract List<@Nullable Object> values();

        /** A sequence is on its way that brings results for so many tokens. */
        final void sent(int more) {
            underWay++;
            tokens += more;
        }

        final void returned() {
            underWay--;
        }

        /** The document has been read. The columns stand before the result; an empty fault says that there is one. */
        final void end(List<@Nullable Object> columns, long textBytes, String fault) {
            leading.addAll(columns);
            bytes = textBytes;
            error = fault;
            read = true;
        }

        final boolean isComplete() {
            return read && (underWay == 0 || !error.isEmpty());
        }

        /** How many tokens have a result, or will have one. */
        final long tokens() {
            return tokens;
        }

        final List<@Nullable Object> leading() {
            return leading;
        }

        final String error() {
            return error;
        }

        final long bytes() {
            return bytes;
        }
    }

    /**
     * The rows of a task, one for each document and in their order: documents are read, cut into sequences and run
     * through a model only as rows are asked for. Holds the sequences of the batches that are not full yet, and the
     * results of at most some hundred documents, whose tokens are those of some batches and of one document at most.
     *
     * <p>Rows may be asked for by another thread than the task's, as Spark does where it feeds another process, and
     * that thread may still be at it when the task ends.
     */
    static final class Rows<R extends Inference.Result> implements Iterator<Row> {
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
        Rows(TextRows texts, Tokenizer tokenizer, Inference<R> inference, SequenceBatcher<R> runs) {
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
         * Ends the rows and closes the documents, without waiting: if another thread is computing a row, it does so
         * when it is done. False in that case: the model may be in use, and nobody else may get it.
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
            if (atEnd
                    || underWay.size() > MOST_UNDER_WAY
                    || tokensUnderWay > MOST_BATCHES_UNDER_WAY * runs.batchTokens()) {
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
}
