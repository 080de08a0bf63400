package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.data.batch.PackingPlan.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Packs by looking at every open sequence for every piece, and token by token: slow, and plain to see. */
final class PackingOracle {
    private PackingOracle() {}

    static List<List<Part>> sequences(long[] documents, PackingConfig.Strategy strategy, int length) {
        if (strategy == PackingConfig.Strategy.CONCAT) {
            return concatenated(documents, length);
        }
        List<List<Part>> sequences = new ArrayList<>();
        List<Part> rests = new ArrayList<>();
        for (int document = 0; document < documents.length; document++) {
            long from = 0;
            for (; from + length + 1 <= documents[document]; from += length) {
                sequences.add(List.of(new Part(document, from, length)));
            }
            if (from + 1 < documents[document]) {
                var rest = new Part(document, from, (int) (documents[document] - 1 - from));
                if (strategy == PackingConfig.Strategy.SINGLE) {
                    sequences.add(List.of(rest));
                } else {
                    rests.add(rest);
                }
            }
        }
        if (strategy == PackingConfig.Strategy.BEST_FIT) {
            rests.sort(Comparator.comparingInt(Part::inputs).reversed()); // stable
        }
        sequences.addAll(packed(rests, length));
        return sequences;
    }

    private static List<List<Part>> packed(List<Part> pieces, int length) {
        List<List<Part>> open = new ArrayList<>();
        List<Integer> filledAt = new ArrayList<>();
        for (int step = 0; step < pieces.size(); step++) {
            Part piece = pieces.get(step);
            int best = -1;
            for (int sequence = 0; sequence < open.size(); sequence++) {
                boolean fits = filled(open.get(sequence)) + piece.inputs() <= length;
                boolean better = best < 0
                        || filled(open.get(sequence)) > filled(open.get(best))
                        || (filled(open.get(sequence)) == filled(open.get(best))
                                && filledAt.get(sequence) > filledAt.get(best));
                best = fits && better ? sequence : best;
            }
            if (best < 0) {
                best = open.size();
                open.add(new ArrayList<>());
                filledAt.add(0);
            }
            open.get(best).add(piece);
            filledAt.set(best, step);
        }
        open.forEach(sequence -> sequence.sort(Comparator.comparingLong(Part::document)));
        return open;
    }

    private static int filled(List<Part> parts) {
        return parts.stream().mapToInt(Part::inputs).sum();
    }

    private static List<List<Part>> concatenated(long[] documents, int length) {
        List<List<Part>> sequences = new ArrayList<>();
        int room = 0;
        for (int document = 0; document < documents.length; document++) {
            for (long token = 0; token < documents[document]; token++) {
                if (room == 0) {
                    sequences.add(new ArrayList<>());
                    room = length;
                }
                List<Part> parts = sequences.get(sequences.size() - 1);
                Part last = parts.isEmpty() ? new Part(-1, 0, 0) : parts.get(parts.size() - 1);
                if (last.document() == document) {
                    parts.set(parts.size() - 1, new Part(document, last.from(), last.inputs() + 1));
                } else {
                    parts.add(new Part(document, token, 1));
                }
                room--;
            }
        }
        return sequences;
    }
}
