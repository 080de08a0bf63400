package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.train.RoundResult;
import java.util.List;

/**
 * How far the workers went in a round, and whether in the same direction: worker k's delta is its parameters minus the
 * common start.
 *
 * @param norms Euclidean norm of each worker's delta
 * @param cosine mean cosine between the deltas of two workers, over all pairs; NaN for fewer than two workers that
 *     moved
 */
record WorkerDeltas(double[] norms, double cosine) {
    static WorkerDeltas of(float[] start, List<RoundResult> results) {
        double[] norms = results.stream()
                .mapToDouble(result -> distance(start, result.state().theta()))
                .toArray();
        return new WorkerDeltas(norms, meanCosine(start, results, norms));
    }

    /** Euclidean distance of two vectors of P. */
    static double distance(float[] from, float[] to) {
        double sum = 0;
        for (int i = 0; i < from.length; i++) {
            double difference = (double) to[i] - from[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    /** Of M unit vectors whose sum is s, the mean cosine of two is (|s|² - M) / (M (M - 1)). */
    private static double meanCosine(float[] start, List<RoundResult> results, double[] norms) {
        int moved = 0;
        for (double norm : norms) {
            moved += norm > 0 ? 1 : 0;
        }
        if (moved < 2) {
            return Double.NaN;
        }
        double squares = 0;
        for (int i = 0; i < start.length; i++) {
            double sum = 0;
            for (int k = 0; k < norms.length; k++) {
                if (norms[k] > 0) {
                    sum += ((double) results.get(k).state().theta()[i] - start[i]) / norms[k];
                }
            }
            squares += sum * sum;
        }
        return (squares - moved) / (moved * (moved - 1.0));
    }
}
