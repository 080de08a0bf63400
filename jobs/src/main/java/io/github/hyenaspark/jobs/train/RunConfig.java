package io.github.hyenaspark.jobs.train;

import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.averaging.TextSampler;
import io.github.hyenaspark.jobs.spark.worker.AggregationSite;

/** The section {@code run}: what does not affect the bits of a run; {@code reference.conf} describes its keys. */
public record RunConfig(
        String dir,
        long stopAfterRounds,
        long validateEveryRounds,
        boolean allowInexactResume,
        AggregationSite merge,
        String replay,
        Progress.Style progress,
        TextSampler.Config sample) {}
