package io.github.hyenaspark.data.batch;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code single}, {@code contiguous} and {@code best-fit}: each document is cut every L inputs. Sequences of one
 * document come first, in the order of the documents, and cost one number per document; those of rests follow, packed
 * from the documents {@code rests}, each from its {@code firstRest} on.
 */
record WindowPlan(PackingConfig config, long[] documentTokens, DocumentRanges own, int[] rests, int[] firstRest)
        implements PackingPlan {
    static WindowPlan of(long[] documentTokens, PackingConfig config) {
        int length = config.length();
        boolean packed = config.strategy() != PackingConfig.Strategy.SINGLE;
        long[] first = new long[documentTokens.length + 1];
        int count = 0;
        for (int document = 0; document < documentTokens.length; document++) {
            long inputs = Math.max(0, documentTokens[document] - 1);
            long rest = inputs % length;
            first[document + 1] = first[document] + inputs / length + (rest > 0 && !packed ? 1 : 0);
            count += rest > 0 && packed ? 1 : 0;
        }
        int[] documents = new int[count];
        int[] inputs = new int[count];
        int found = 0;
        for (int document = 0; found < count; document++) {
            int rest = (int) (Math.max(0, documentTokens[document] - 1) % length);
            if (rest > 0) {
                documents[found] = document;
                inputs[found++] = rest;
            }
        }
        int[] order = config.strategy() == PackingConfig.Strategy.BEST_FIT ? BestFit.longestFirst(inputs) : new int[0];
        BestFit packing = BestFit.pack(inputs, order, length);
        return new WindowPlan(
                config, documentTokens, new DocumentRanges(first), packing.grouped(documents), packing.firsts());
    }

    @Override
    public long sequences() {
        return own.end() + firstRest.length - 1;
    }

    @Override
    public List<Part> parts(long sequence) {
        if (sequence < 0 || sequence >= sequences()) {
            throw new IllegalArgumentException("sequence " + sequence + " is not in [0, " + sequences() + ")");
        }
        if (sequence < own.end()) {
            int document = own.documentAt(sequence);
            long from = (sequence - own.first(document)) * config.length();
            int inputs = (int) Math.min(config.length(), documentTokens[document] - 1 - from);
            return List.of(new Part(document, from, inputs));
        }
        int packed = (int) (sequence - own.end());
        List<Part> parts = new ArrayList<>();
        for (int i = firstRest[packed]; i < firstRest[packed + 1]; i++) {
            long inputs = documentTokens[rests[i]] - 1;
            int rest = (int) (inputs % config.length());
            parts.add(new Part(rests[i], inputs - rest, rest));
        }
        return parts;
    }
}
