package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import java.util.Arrays;
import java.util.Locale;

/**
 * What documents take on the driver, and predictions, of which it holds those of all documents that measure until the
 * fitting ends.
 */
final class MeasuringMemory {
    private static final int COPIES = 2; // of one model's windows: as they came, and read

    private static final long DOCUMENT = 1 << 10; // bytes: id, hashes, group and label, and their places in folds

    private MeasuringMemory() {}

    /** What is known of so many documents, counted before it is read. */
    static MemoryNeeds ofDocuments(long documents) {
        String what = String.format(Locale.ROOT, "a fitting of %,d documents", documents);
        return new MemoryNeeds(what, DOCUMENT * documents, 0, 0, 0, 0, "take fewer documents");
    }

    /**
     * What a fitting needs.
     *
     * @param longest window of a document, tokens
     */
    static MemoryNeeds of(LabelSet labels, Folds folds, FitConfig config, int longest) {
        long rows = 0;
        long most = 0;
        for (int fold = 0; fold < Math.max(1, config.folds()); fold++) {
            for (int model = 0; model < (folds.testsTogether() ? 1 : config.models()); model++) {
                int[] test = folds.division(fold, model).test();
                rows += test.length;
                most = Math.max(
                        most,
                        Arrays.stream(test)
                                .mapToLong(document -> LabelledDocuments.windows(
                                        labels.documents().get(document).tokens(), longest))
                                .sum());
            }
        }
        return of(labels.outputs(), rows, most);
    }

    /**
     * The same by numbers.
     *
     * @param outputs of a model: classes, tags or values
     * @param rows documents that measure, each as often as it does
     * @param windows of those that measure one model, at most
     */
    static MemoryNeeds of(int outputs, long rows, long windows) {
        long heap = (long) Double.BYTES * outputs * (rows + COPIES * windows);
        String what = String.format(Locale.ROOT, "measuring %,d outputs for %,d documents", outputs, rows);
        String less = "take fewer classes, or measure fewer documents: fit.folds=0, and a smaller"
                + " fit.validation-fraction";
        return new MemoryNeeds(what, heap, 0, 0, 0, 0, less);
    }
}
