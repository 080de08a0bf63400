package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.train.WorkerReport;
import io.github.hyenaspark.train.averaging.Averaged;
import io.github.hyenaspark.train.averaging.Averaging;
import java.util.List;

/**
 * What the results of a round average to.
 *
 * @param averaging how they were averaged
 * @param averaged what came of it
 */
record RoundAverage(Averaging averaging, Averaged averaged) {
    /**
     * The mean cosine between the deltas of two workers; reads all parameters.
     *
     * @param start θ that they started from, P
     * @param reports of the workers whose results count
     * @return NaN for fewer than two workers that moved
     */
    double deltaCosine(float[] start, List<WorkerReport> reports) {
        return DeltaFacts.cosine(averaging, reports, averaging.meanDeltaNorm(start, averaged));
    }
}
