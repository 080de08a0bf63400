package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.token.TokenSink;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts a document into sequences of L inputs, the last one of fewer, while its ids come. Each begins with the last
 * inputs of the one before, as many as the overlap, so every token but the first is a target with a result exactly
 * once, and after the first sequence with at least so much context. With an overlap of 0 the cuts are those of
 * {@code single} packing. Holds one sequence.
 */
final class DocumentCut<R> implements TokenSink {
    private final R result;
    private final int overlap;
    private final Consumer<DocumentSequence<R>> sequences;
    private final int[] tokens;
    private int held;
    private int context;
    private long from;

    /**
     * Without ids so far.
     *
     * @param length L
     * @param overlap inputs, in [0, L)
     */
    DocumentCut(R result, int length, int overlap, Consumer<DocumentSequence<R>> sequences) {
        this.result = result;
        this.overlap = overlap;
        this.sequences = sequences;
        this.tokens = new int[length + 1];
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
