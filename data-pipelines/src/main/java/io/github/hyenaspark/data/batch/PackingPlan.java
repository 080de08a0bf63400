package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.index.DocumentTokens;
import java.util.List;

/**
 * Which tokens of which documents make a sequence of L inputs and their targets. A plan is a pure function of document
 * lengths and {@link PackingConfig}; it holds a few bytes per document and no tokens, so another length or strategy
 * takes another plan, not other shards. It never changes, so threads may share it.
 */
public sealed interface PackingPlan permits WindowPlan, StreamPlan {
    /**
     * Consecutive tokens of one document in a sequence. An input's target is the token that follows it in the document;
     * that of a document's last token counts in no loss.
     *
     * @param inputs how many tokens are inputs, at least 1
     */
    record Part(long document, long from, int inputs) {}

    /**
     * Plans documents. {@code single}, {@code contiguous} and {@code best-fit} never use a document's last token, its
     * end, as an input, so every token but a document's first is a target exactly once, and a document of its end alone
     * is in no sequence. {@code concat} uses every token as an input once.
     */
    static PackingPlan of(DocumentTokens documents, PackingConfig config) {
        return config.strategy() == PackingConfig.Strategy.CONCAT
                ? StreamPlan.of(documents, config.length())
                : WindowPlan.of(documents, config);
    }

    /** The same of documents with these tokens each; not copied. */
    static PackingPlan of(long[] documentTokens, PackingConfig config) {
        return of(DocumentTokens.of(documentTokens), config);
    }

    PackingConfig config();

    DocumentTokens documents();

    long sequences();

    /** The parts of a sequence, at least one, in order; the rest of its L positions is padding. */
    List<Part> parts(long sequence);

    /** Bytes on the heap without {@link #documents}. */
    long heapBytes();

    /** Positions with a target: all tokens but each document's first. */
    default long realTokens() {
        long tokens = 0;
        for (long document = 0; document < documents().documents(); document++) {
            tokens += Math.max(0, documents().tokens(document) - 1);
        }
        return tokens;
    }

    /** {@link #realTokens} as a share of all positions, 0 to 1. */
    default double use() {
        return sequences() == 0 ? 0 : (double) realTokens() / sequences() / config().length();
    }
}
