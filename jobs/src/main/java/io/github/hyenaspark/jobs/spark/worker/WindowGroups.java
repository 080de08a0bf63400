package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.LabelledBatch;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All windows of some documents, one after the other, in groups that are computed together: a genome has thousands, and
 * those of one group are in memory at a time.
 */
final class WindowGroups {
    private final LabelPlan known;
    private final LabelledDocuments documents;
    private final int[] chosen;
    private int at; // of the chosen ones
    private int window; // of that document

    WindowGroups(LabelPlan known, LabelledDocuments documents, int[] chosen) {
        this.known = known;
        this.documents = documents;
        this.chosen = chosen;
    }

    /**
     * Some windows.
     *
     * @param owners the document of each
     * @param counts how many windows that has
     */
    record Group(List<int[]> sequences, List<Integer> owners, List<Integer> counts) {
        boolean isEmpty() {
            return sequences.isEmpty();
        }

        /** The losses of these windows, each of which is its part of a document. */
        LossSum lossSum(LabelModel model, LabelPlan known) {
            int[] of = owners.stream().mapToInt(Integer::intValue).toArray();
            double[] weights = known.weights(of);
            for (int i = 0; i < weights.length; i++) {
                weights[i] /= counts.get(i);
            }
            return known.readings().lossSum(model, sequences, known.targets(of), weights, known.longest());
        }
    }

    /** The next group; empty after the last. */
    Group next() throws IOException {
        var group = new Group(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int longest = known.longest();
        int tokens = 0;
        while (at < chosen.length) {
            int document = chosen[at];
            int length = documents.lengthOfWindows(document, longest);
            if (!Readings.isTogether(tokens, length, longest)) {
                break;
            }
            tokens += LabelledBatch.padded(length, longest);
            int count = documents.windowsOf(document, longest);
            group.sequences.add(documents.read(document, longest, window));
            group.owners.add(document);
            group.counts.add(count);
            window = (window + 1) % count;
            at += window == 0 ? 1 : 0;
        }
        return group;
    }
}
