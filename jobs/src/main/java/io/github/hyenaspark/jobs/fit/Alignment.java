package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether sequences are aligned, as windows around a site are: all of one length, with tokens that depend on their
 * place. Labels are not looked at.
 */
final class Alignment {
    private static final int DOCUMENTS = 4096;
    private static final long TOKENS = 1L << 23;
    private static final int MOST_TOKENS = 1024;
    private static final double DEVIATIONS = 5;

    private Alignment() {}

    /** Whether the documents for training are, of which at most 4,096 are read, evenly spread. */
    static boolean isFound(Storage storage, DatasetSnapshot.Ref snapshot, LabelSet labels) throws IOException {
        int count = Math.toIntExact(labels.documents().stream()
                .filter(document -> !document.isTest())
                .count());
        long length = labels.longest();
        if (length == 0 || labels.documents().stream().anyMatch(document -> document.tokens() != length)) {
            return false;
        }
        int read = Math.toIntExact(Math.min(Math.min(count, DOCUMENTS), TOKENS / length));
        List<int[]> sequences = new ArrayList<>();
        try (LabelledDocuments documents = LabelledDocuments.open(storage, snapshot)) {
            for (long i = 0; i < read; i++) {
                sequences.add(documents.read(i * count / read, Math.toIntExact(length), 0));
            }
        }
        return strength(sequences) > DEVIATIONS;
    }

    /**
     * How far sequences of one length, L, are from tokens that do not depend on their place: the statistic of the
     * G-test of independence, 2 Σ O ln(O/E), which would be distributed as χ² with (L − 1)(V − 1) degrees of freedom
     * for V different tokens, in standard deviations above that distribution's mean. Tokens that are expected less than
     * five times at a place, for which this does not hold, are left out; 0 with fewer than two others.
     */
    static double strength(List<int[]> sequences) {
        int length = sequences.isEmpty() ? 0 : sequences.get(0).length;
        Map<Integer, int[]> counts = new HashMap<>();
        for (int[] sequence : sequences) {
            for (int place = 0; place < length; place++) {
                counts.computeIfAbsent(sequence[place], token -> new int[length])[place]++;
            }
            if (counts.size() > MOST_TOKENS) {
                return 0;
            }
        }
        List<int[]> frequent = counts.values().stream()
                .filter(places -> Arrays.stream(places).sum() >= 5 * length)
                .toList();
        if (length < 2 || frequent.size() < 2) {
            return 0;
        }
        double freedom = (length - 1.0) * (frequent.size() - 1);
        int[] ofPlace = new int[length];
        frequent.forEach(places -> Arrays.setAll(ofPlace, place -> ofPlace[place] + places[place]));
        double all = Arrays.stream(ofPlace).sum();
        double sum = 0;
        for (int[] places : frequent) {
            double share = Arrays.stream(places).sum() / all;
            for (int place = 0; place < length; place++) {
                double ratio = places[place] / (share * ofPlace[place]);
                sum += places[place] == 0 ? 0 : places[place] * StrictMath.log(ratio);
            }
        }
        return (2 * sum - freedom) / Math.sqrt(2 * freedom);
    }
}
