package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.index.DocumentTokens;
import io.github.hyenaspark.data.shard.index.PrefixSums;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which tokens of which documents make a sequence of L inputs and their targets. A plan is a pure function of document
 * lengths and {@link PackingConfig}; it holds a few bytes per document and no tokens, so another length or strategy
 * takes another plan, not other shards. It never changes, so threads may share it.
 */
public sealed interface PackingPlan {
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
                ? Stream.of(documents, config.length())
                : Window.of(documents, config);
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

    /**
     * {@code concat}: the stream of all documents, cut every L tokens; {@code stream} holds their positions in it, an
     * eighth of a byte each.
     */
    record Stream(PackingConfig config, DocumentTokens documents, PrefixSums stream) implements PackingPlan {
        static Stream of(DocumentTokens documents, int length) {
            return new Stream(
                    new PackingConfig(PackingConfig.Strategy.CONCAT, length),
                    documents,
                    PrefixSums.of(documents.documents(), documents::tokens));
        }

        @Override
        public long sequences() {
            return (stream.total() + config.length() - 1) / config.length();
        }

        @Override
        public List<Part> parts(long sequence) {
            if (sequence < 0 || sequence >= sequences()) {
                throw new IllegalArgumentException("sequence " + sequence + " is not in [0, " + sequences() + ")");
            }
            long at = sequence * config.length();
            long end = Math.min(at + config.length(), stream.total());
            List<Part> parts = new ArrayList<>();
            long document = stream.documentAt(at);
            long begin = stream.before(document);
            while (at < end) {
                long next = begin + documents.tokens(document);
                int inputs = (int) (Math.min(end, next) - at);
                if (inputs > 0) {
                    parts.add(new Part(document, at - begin, inputs));
                    at += inputs;
                }
                begin = next;
                document++;
            }
            return parts;
        }

        @Override
        public long heapBytes() {
            return stream.heapBytes();
        }
    }

    /**
     * {@code single}, {@code contiguous} and {@code best-fit}: each document is cut every L inputs. Sequences of one
     * document come first, in the order of the documents, and cost an eighth of a byte a document. Those of rests
     * follow; {@link BestFit} holds them in 3.7 bytes a document for {@code contiguous} with 200 million documents, and
     * for {@code best-fit} in up to twice that, since their order is another one; {@code single} has none.
     */
    record Window(PackingConfig config, DocumentTokens documents, PrefixSums own, BestFit rests)
            implements PackingPlan {
        static Window of(DocumentTokens documents, PackingConfig config) {
            int length = config.length();
            boolean packed = config.strategy() != PackingConfig.Strategy.SINGLE;
            PrefixSums own = PrefixSums.of(documents.documents(), document -> {
                long inputs = inputs(documents, document);
                return inputs / length + (inputs % length > 0 && !packed ? 1 : 0);
            });
            BestFit rests = BestFit.pack(
                    packed ? documents.documents() : 0,
                    document -> (int) (inputs(documents, document) % length),
                    length,
                    config.strategy() == PackingConfig.Strategy.BEST_FIT);
            return new Window(config, documents, own, rests);
        }

        private static long inputs(DocumentTokens documents, long document) {
            return Math.max(0, documents.tokens(document) - 1);
        }

        @Override
        public long sequences() {
            return own.total() + rests.sequences();
        }

        @Override
        public List<Part> parts(long sequence) {
            if (sequence < 0 || sequence >= sequences()) {
                throw new IllegalArgumentException("sequence " + sequence + " is not in [0, " + sequences() + ")");
            }
            int length = config.length();
            if (sequence < own.total()) {
                long document = own.documentAt(sequence);
                long from = (sequence - own.before(document)) * length;
                return List.of(new Part(document, from, (int) Math.min(length, inputs(documents, document) - from)));
            }
            return Arrays.stream(rests.documents(sequence - own.total()))
                    .mapToObj(document -> {
                        long inputs = inputs(documents, document);
                        int rest = (int) (inputs % length);
                        return new Part(document, inputs - rest, rest);
                    })
                    .toList();
        }

        @Override
        public long heapBytes() {
            return own.heapBytes() + rests.heapBytes();
        }
    }
}
