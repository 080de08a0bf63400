package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.shard.index.DocumentTokens;
import io.github.hyenaspark.data.shard.index.PrefixSums;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code concat}: the stream of all documents, cut every L tokens; {@code stream} holds their positions in it, an
 * eighth of a byte each.
 */
record StreamPlan(PackingConfig config, DocumentTokens documents, PrefixSums stream) implements PackingPlan {
    static StreamPlan of(DocumentTokens documents, int length) {
        return new StreamPlan(
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
