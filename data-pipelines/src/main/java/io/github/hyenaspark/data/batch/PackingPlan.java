package io.github.hyenaspark.data.batch;

import java.util.Arrays;
import java.util.List;

/**
 * Which tokens of which documents make a sequence of L inputs and their targets. A plan is a pure function of document
 * lengths and {@link PackingConfig}; it holds a few numbers per document and no tokens, so another length or strategy
 * takes another plan, not other shards.
 */
public sealed interface PackingPlan permits WindowPlan, StreamPlan {
    /**
     * Consecutive tokens of one document in a sequence. An input's target is the token that follows it in the document;
     * that of a document's last token counts in no loss.
     *
     * @param inputs how many tokens are inputs, at least 1
     */
    record Part(int document, long from, int inputs) {}

    /**
     * Plans documents. {@code single}, {@code contiguous} and {@code best-fit} never use a document's last token, its
     * end, as an input, so every token but a document's first is a target exactly once, and a document of its end alone
     * is in no sequence. {@code concat} uses every token as an input once.
     *
     * @param documentTokens tokens of each document, including its end; 0 for one that is left out; not copied
     */
    static PackingPlan of(long[] documentTokens, PackingConfig config) {
        return config.strategy() == PackingConfig.Strategy.CONCAT
                ? StreamPlan.of(documentTokens, config.length())
                : WindowPlan.of(documentTokens, config);
    }

    PackingConfig config();

    /** Tokens of each document, 0 for those left out; not a copy. */
    long[] documentTokens();

    long sequences();

    /** The parts of a sequence, at least one, in order; the rest of its L positions is padding. */
    List<Part> parts(long sequence);

    /** Positions with a target: all tokens but each document's first. */
    default long realTokens() {
        return Arrays.stream(documentTokens())
                .map(tokens -> Math.max(0, tokens - 1))
                .sum();
    }

    /** {@link #realTokens} as a share of all positions, 0 to 1. */
    default double use() {
        return sequences() == 0 ? 0 : (double) realTokens() / sequences() / config().length();
    }

    /** Consecutive ranges, one per document: {@code first} holds their beginnings and the end of the last. */
    record DocumentRanges(long[] first) {
        long first(int document) {
            return first[document];
        }

        long end(int document) {
            return first[document + 1];
        }

        long end() {
            return first[first.length - 1];
        }

        /** The document whose range holds a number below {@link #end()}. */
        int documentAt(long number) {
            int low = 0;
            int high = first.length - 2;
            while (low < high) { // for the last document that begins at or before the number
                int middle = (low + high + 1) >>> 1;
                if (first[middle] <= number) {
                    low = middle;
                } else {
                    high = middle - 1;
                }
            }
            return low;
        }
    }
}
