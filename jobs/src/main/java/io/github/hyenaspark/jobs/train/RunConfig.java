package io.github.hyenaspark.jobs.train;

import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.averaging.TextSampler;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.worker.AggregationSite;
import io.github.hyenaspark.jobs.train.HeldOut.ValidationPlan;

/** The section {@code run}: what does not affect the bits of a run; {@code reference.conf} describes its keys. */
public record RunConfig(
        String dir,
        long stopAfterRounds,
        long validateEveryRounds,
        long validateTokens,
        boolean dryRun,
        boolean allowInexactResume,
        AggregationSite merge,
        String replay,
        int patience,
        String checkpoint,
        Progress.Style progress,
        int storePatienceSeconds,
        TextSampler.Config sample) {
    public RunConfig {
        TrainedRun.checkChoice(checkpoint);
        Refusal.below(0, "run.store-patience-seconds", storePatienceSeconds);
        Refusal.unless(validateTokens >= ValidationPlan.ALL, "run.validate-tokens", validateTokens, "-1 (all) or more");
        Refusal.unless(patience >= 0, "run.patience", patience, "0 (train all rounds) or more");
        String often = "1 or more, since run.patience counts validations";
        Refusal.unless(
                patience == 0 || validateEveryRounds > 0, "run.validate-every-rounds", validateEveryRounds, often);
    }

    void refuseOtherThanNewest() {
        String expected = TrainedRun.NEWEST + ", from which a training resumes; only commands that use a model choose";
        Refusal.unless(checkpoint.equals(TrainedRun.NEWEST), "run.checkpoint", checkpoint, expected);
    }
}
