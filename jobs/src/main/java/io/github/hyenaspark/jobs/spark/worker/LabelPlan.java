package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.model.LabelModel;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What every task of a training on labels knows besides the
 * {@link io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan}, sent to each executor once. Documents are numbers in
 * their dataset. Not compared by {@code equals}: the arrays are not copied.
 *
 * @param longest window of a document that is read, tokens; at most the model's longest sequence
 * @param train the documents to train on
 * @param heldOut those that measure how training goes
 * @param targets of all documents of the dataset, row-major
 * @param weights of their losses
 */
public record LabelPlan(
        LabelModel.Spec spec,
        Readings readings,
        int longest,
        int[] train,
        int[] heldOut,
        double[] targets,
        double[] weights)
        implements Serializable {
    private static final int CHUNK = 32;

    double[] targets(int[] documents) {
        int width = spec.head().targets();
        double[] chosen = new double[documents.length * width];
        for (int i = 0; i < documents.length; i++) {
            System.arraycopy(targets, documents[i] * width, chosen, i * width, width);
        }
        return chosen;
    }

    double[] weights(int[] documents) {
        return IntStream.of(documents)
                .mapToDouble(document -> weights[document])
                .toArray();
    }

    /** Into how many parts documents are cut; each part is computed in one task, in the same way everywhere. */
    public static int chunks(int[] documents) {
        return (documents.length + CHUNK - 1) / CHUNK;
    }

    static int[] chunk(int[] documents, int number) {
        return Arrays.copyOfRange(documents, number * CHUNK, Math.min(documents.length, (number + 1) * CHUNK));
    }
}
