package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.index.DocumentTokens;
import io.github.hyenaspark.data.shard.index.PrefixSums;
import java.util.Arrays;
import java.util.List;

/**
 * {@code single}, {@code contiguous} and {@code best-fit}: each document is cut every L inputs. Sequences of one
 * document come first, in the order of the documents, and cost an eighth of a byte a document. Those of rests follow;
 * {@link BestFit} holds them in 3.7 bytes a document for {@code contiguous} with 200 million documents, and for
 * {@code best-fit} in up to twice that, since their order is another one; {@code single} has none.
 */
record WindowPlan(PackingConfig config, DocumentTokens documents, PrefixSums own, BestFit rests)
        implements PackingPlan {
    static WindowPlan of(DocumentTokens documents, PackingConfig config) {
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
        return new WindowPlan(config, documents, own, rests);
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
