package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Runs sequences through a model in batches: those that are padded to the same length together, as many as fill the
 * tokens of a batch. Lengths are powers of two below L, and L, so a short document costs little; which batch a sequence
 * is in changes nothing in its result.
 */
final class SequenceRuns<R extends DocumentResult> {
    private static final int SHORTEST = 64;

    private final HyenaLanguageModel model;
    private final Inference<R> inference;
    private final Tokenizer tokenizer;
    private final int longest;
    private final long batchTokens;
    private final SortedMap<Integer, List<DocumentSequence<R>>> waiting = new TreeMap<>();

    /**
     * Without sequences so far.
     *
     * @param longest L
     * @param batchSize B, sequences of L in a batch
     */
    SequenceRuns(HyenaLanguageModel model, Inference<R> inference, Tokenizer tokenizer, int longest, int batchSize) {
        this.model = model;
        this.inference = inference;
        this.tokenizer = tokenizer;
        this.longest = longest;
        this.batchTokens = (long) longest * batchSize;
    }

    /** Takes a sequence, and runs it if it fills a batch. */
    void add(DocumentSequence<R> sequence) {
        sequence.result().sent();
        int length = paddedLength(sequence.inputs());
        List<DocumentSequence<R>> batch = waiting.computeIfAbsent(length, unused -> new ArrayList<>());
        batch.add(sequence);
        if ((batch.size() + 1L) * length > batchTokens) {
            run(length, batch);
        }
    }

    /** Runs all that wait. */
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
}
