package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.jobs.spark.run.RunPlugin;
import io.github.hyenaspark.jobs.spark.task.PooledBatches;
import io.github.hyenaspark.jobs.spark.task.PooledModel;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.RoundResult;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.IntPredicate;

/** Local steps on batches that the executor reads itself, in a model that waits in it. */
record Training() implements LocalWork {
    @Override
    public Done round(Storage storage, TrainingPlan plan, Part part, TrainingState start, IntPredicate goesOn)
            throws IOException {
        try {
            return PooledBatches.read(
                    storage, plan.trainSource(), batches -> round(plan, part, start, goesOn, batches));
        } catch (UncheckedIOException e) {
            throw e.getCause(); // from a batch: the trainer takes a function that declares nothing
        }
    }

    private static Done round(
            TrainingPlan plan, Part part, TrainingState start, IntPredicate goesOn, TokenBatches batches) {
        PooledModel pooled = PooledModel.borrow(plan.modelUse()); // a new one warms up, which is no part of the round
        long begin = System.nanoTime();
        var timed = new TimedBatches(plan, batches, part.round(), part.worker());
        RoundResult result = new LocalTrainer(pooled.model(), plan.train())
                .round(start, part.round(), part.worker(), timed, steps -> {
                    RunPlugin.tell(part.round(), part.worker(), steps);
                    return goesOn.test(steps);
                });
        pooled.giveBack();
        return new Done(result, timed.nanos(), System.nanoTime() - begin);
    }
}
