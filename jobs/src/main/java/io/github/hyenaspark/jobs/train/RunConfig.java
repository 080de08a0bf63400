package io.github.hyenaspark.jobs.train;

import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.averaging.TextSampler;
import io.github.hyenaspark.jobs.spark.worker.AggregationSite;

/**
 * The section {@code run}: what does not affect the bits of a run.
 *
 * @param dir the run's directory
 * @param stopAfterRounds stop after this round; 0 for the end of the run
 * @param validateEveryRounds rounds between two measurements of the held-out loss; 0 for only one, after the last round
 * @param allowInexactResume resume although the numerics differ from the checkpoint's
 * @param merge where results are averaged
 * @param replay journal of a run whose steps are repeated; blank for none
 * @param sample texts in the run's report
 */
public record RunConfig(
        String dir,
        long stopAfterRounds,
        long validateEveryRounds,
        boolean allowInexactResume,
        AggregationSite merge,
        String replay,
        Progress.Style progress,
        TextSampler.Config sample) {}
