package io.github.hyenaspark.data.batch;

/**
 * Which tokens of which document make a sequence of L inputs and their targets. A plan is a pure function of document
 * lengths and L; it holds one number per document and no tokens.
 */
public final class PackingPlan {
    private final long[] firstSequence;
    private final long[] documentTokens;
    private final int length;

    private PackingPlan(long[] firstSequence, long[] documentTokens, int length) {
        this.firstSequence = firstSequence;
        this.documentTokens = documentTokens;
        this.length = length;
    }

    /**
     * Where a sequence's tokens are: at most L+1 of them, the last one only as a target.
     *
     * @param document its number in the plan
     * @param from its first token in the document
     * @param tokens how many, at least 2; fewer than L+1 at the end of a document
     */
    public record Place(int document, long from, int tokens) {}

    /**
     * Cuts every document into sequences that each start L tokens after the one before and share one token with it, so
     * that every token but a document's first is a target once. A document's last sequence may be short. No sequence
     * holds two documents. A document of one token (its end alone) has no target and no sequence.
     *
     * @param documentTokens tokens of each document, its end included; not copied
     * @param length L, at least 1
     */
    public static PackingPlan contiguous(long[] documentTokens, int length) {
        if (length < 1) {
            throw new IllegalArgumentException("a sequence has at least 1 token, found " + length);
        }
        long[] firstSequence = new long[documentTokens.length + 1];
        for (int document = 0; document < documentTokens.length; document++) {
            long targets = Math.max(0, documentTokens[document] - 1);
            firstSequence[document + 1] = firstSequence[document] + (targets + length - 1) / length;
        }
        return new PackingPlan(firstSequence, documentTokens, length);
    }

    /** How many sequences there are. */
    public long sequences() {
        return firstSequence[documentTokens.length];
    }

    /**
     * Where a sequence's tokens are.
     *
     * @param sequence in [0, {@link #sequences()})
     * @throws IllegalArgumentException if it is out of range
     */
    public Place place(long sequence) {
        if (sequence < 0 || sequence >= sequences()) {
            throw new IllegalArgumentException("sequence " + sequence + " is not in [0, " + sequences() + ")");
        }
        int document = documentOf(sequence);
        long from = (sequence - firstSequence[document]) * length;
        int tokens = (int) Math.min(length + 1L, documentTokens[document] - from);
        return new Place(document, from, tokens);
    }

    /** The last document whose first sequence is not after this one; those before it without sequences repeat it. */
    private int documentOf(long sequence) {
        int low = 0;
        int high = documentTokens.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firstSequence[middle] <= sequence) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
