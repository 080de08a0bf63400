package io.github.hyenaspark.data.batch;

import java.util.ArrayList;
import java.util.List;

/** {@code concat}: the stream of all documents, cut every L tokens; {@code stream} holds their positions in it. */
record StreamPlan(PackingConfig config, long[] documentTokens, DocumentRanges stream) implements PackingPlan {
    static StreamPlan of(long[] documentTokens, int length) {
        long[] first = new long[documentTokens.length + 1];
        for (int document = 0; document < documentTokens.length; document++) {
            first[document + 1] = first[document] + documentTokens[document];
        }
        return new StreamPlan(
                new PackingConfig(PackingConfig.Strategy.CONCAT, length), documentTokens, new DocumentRanges(first));
    }

    @Override
    public long sequences() {
        return (stream.end() + config.length() - 1) / config.length();
    }

    @Override
    public List<Part> parts(long sequence) {
        if (sequence < 0 || sequence >= sequences()) {
            throw new IllegalArgumentException("sequence " + sequence + " is not in [0, " + sequences() + ")");
        }
        long at = sequence * config.length();
        long sequenceEnd = Math.min(at + config.length(), stream.end());
        List<Part> parts = new ArrayList<>();
        for (int document = stream.documentAt(at); at < sequenceEnd; document++) {
            int inputs = (int) (Math.min(sequenceEnd, stream.end(document)) - at);
            if (inputs > 0) {
                parts.add(new Part(document, at - stream.first(document), inputs));
                at += inputs;
            }
        }
        return parts;
    }
}
