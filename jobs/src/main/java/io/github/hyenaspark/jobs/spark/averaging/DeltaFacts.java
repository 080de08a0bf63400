package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.train.WorkerReport;
import io.github.hyenaspark.train.averaging.Averaging;
import java.util.List;

/** Whether the workers of a round went in the same direction, from the lengths of their steps and of the mean step. */
final class DeltaFacts {
    private DeltaFacts() {}

    /** Euclidean distance of two vectors of P. */
    static double distance(float[] from, float[] to) {
        double sum = 0;
        for (int i = 0; i < from.length; i++) {
            double difference = (double) to[i] - from[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    /**
     * The mean cosine between the deltas δ of two workers, over all pairs, each weighted by its w_j w_k |δ_j| |δ_k|:
     *
     * <pre>
     *   (|Σ w_k δ_k|² − Σ w_k² |δ_k|²) / ((Σ w_k |δ_k|)² − Σ w_k² |δ_k|²)
     * </pre>
     *
     * which needs no second look at the deltas.
     *
     * @param meanNorm |Σ w_k δ_k|
     * @return NaN for fewer than two workers that moved
     */
    static double cosine(Averaging averaging, List<WorkerReport> reports, double meanNorm) {
        double sum = 0;
        double squares = 0;
        int moved = 0;
        for (int k = 0; k < reports.size(); k++) {
            double norm = averaging.weights().get(k) * reports.get(k).deltaNorm();
            sum += norm;
            squares += norm * norm;
            moved += norm > 0 ? 1 : 0;
        }
        return moved < 2 ? Double.NaN : (meanNorm * meanNorm - squares) / (sum * sum - squares);
    }
}
