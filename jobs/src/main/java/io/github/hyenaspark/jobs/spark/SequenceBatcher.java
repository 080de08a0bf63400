package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.data.token.Tokenizer.TokenSink;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Runs sequences through a model in batches: those that are padded to the same length together, as many as fill the
 * tokens of a batch. Lengths are powers of two below that of a window, and that one, so a short document costs little;
 * which batch a sequence is in changes nothing in its result.
 */
final class SequenceBatcher<R extends Inference.Result> {
    private static final int SHORTEST = 64;

    private final HyenaLanguageModel model;
    private final Inference<R> inference;
    private final Tokenizer tokenizer;
    private final int longest;
    private final long batchTokens;
    private final SortedMap<Integer, List<DocumentSequence<R>>> waiting = new TreeMap<>();

    /** A batch has the tokens of {@code batchSize} sequences of {@code lMax}. */
    SequenceBatcher(HyenaLanguageModel model, Inference<R> inference, Tokenizer tokenizer, int lMax, int batchSize) {
        this.model = model;
        this.inference = inference;
        this.tokenizer = tokenizer;
        this.longest = inference.windows().longest();
        this.batchTokens = (long) lMax * batchSize;
    }

    /** Takes a sequence, and runs it if it fills a batch. */
    void add(DocumentSequence<R> sequence) {
        sequence.result().sent(sequence.inputs() - sequence.context());
        int length = paddedLength(sequence.inputs());
        List<DocumentSequence<R>> batch = waiting.computeIfAbsent(length, unused -> new ArrayList<>());
        batch.add(sequence);
        if ((batch.size() + 1L) * length > batchTokens) {
            run(length, batch);
        }
    }

    /** The most tokens of a batch, with those that pad it. */
    long batchTokens() {
        return batchTokens;
    }

    void flush() {
        waiting.forEach((length, batch) -> {
            if (!batch.isEmpty()) {
                run(length, batch);
            }
        });
    }

    private int paddedLength(int inputs) {
        int length = SHORTEST;
        while (length < inputs) {
            length *= 2;
        }
        return Math.min(length, longest);
    }

    private void run(int length, List<DocumentSequence<R>> sequences) {
        int[] ids = new int[sequences.size() * length];
        int[] targets = new int[ids.length];
        Arrays.fill(ids, tokenizer.endOfDocument());
        Arrays.fill(targets, Batch.IGNORED);
        for (int row = 0; row < sequences.size(); row++) {
            DocumentSequence<R> sequence = sequences.get(row);
            System.arraycopy(sequence.tokens(), 0, ids, row * length, sequence.inputs());
            for (int at = sequence.context(); at < sequence.inputs(); at++) {
                int target = sequence.tokens()[at + 1];
                targets[row * length + at] = target == tokenizer.masked() ? Batch.IGNORED : target;
            }
        }
        inference.run(model, new Batch(ids, targets, sequences.size(), length), sequences);
        sequences.forEach(sequence -> sequence.result().returned());
        sequences.clear();
    }

    /**
     * Cuts a document into windows, the last one of fewer inputs, while its ids come. Every token but the first is a
     * target with a result exactly once, and after the first sequence with at least the overlap of context. With an
     * overlap of 0 the cuts are those of {@code single} packing. Holds one sequence.
     */
    static final class DocumentCut<R> implements TokenSink {
        private final R result;
        private final int overlap;
        private final Consumer<DocumentSequence<R>> sequences;
        private final int[] tokens;
        private int held;
        private int context;
        private long from;

        DocumentCut(R result, Windows windows, Consumer<DocumentSequence<R>> sequences) {
            this.result = result;
            this.overlap = windows.overlap();
            this.sequences = sequences;
            this.tokens = new int[windows.longest() + 1];
        }

        @Override
        public void accept(int[] ids, int count) {
            for (int taken = 0; taken < count; ) {
                if (held == tokens.length) {
                    next();
                }
                int more = Math.min(count - taken, tokens.length - held);
                System.arraycopy(ids, taken, tokens, held, more);
                held += more;
                taken += more;
            }
        }

        private void next() {
            give();
            int keep = overlap + 1;
            from += held - keep;
            System.arraycopy(tokens, held - keep, tokens, 0, keep);
            held = keep;
            context = overlap;
        }

        /** All ids, the end of the document among them, have come. */
        void end() {
            if (held > context + 1) {
                give();
            }
        }

        private void give() {
            boolean full = held == tokens.length;
            sequences.accept(new DocumentSequence<>(result, Arrays.copyOf(tokens, held), context, from, full));
        }
    }

    /**
     * A sequence of one document on its way through a model. Not compared by {@code equals}: the array is not copied.
     *
     * @param tokens its inputs and behind them the target of the last one, at least two
     * @param context how many of its first inputs only carry context: another sequence has their results
     * @param from number of its first input in the document
     * @param full whether it has as many inputs as there can be, as all have but the last of a document
     */
    record DocumentSequence<R>(R result, int[] tokens, int context, long from, boolean full) {
        int inputs() {
            return tokens.length - 1;
        }
    }

    /**
     * How documents are cut into sequences of at most {@code longest} inputs, each of which begins with the last
     * {@code overlap} inputs of the one before, in [0, longest).
     */
    record Windows(int longest, int overlap) implements Serializable {
        Windows {
            String expected = "0 to " + (longest - 1) + ", less than the model's longest sequence";
            Refusal.unless(overlap >= 0 && overlap < longest, "overlap", overlap, expected);
        }

        static Windows halfOverlapping(int longest) {
            return new Windows(longest, longest / 2);
        }
    }
}
