package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.data.batch.BatchCursor;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.jobs.spark.task.BatchPool;
import io.github.hyenaspark.jobs.spark.task.ModelPool;
import io.github.hyenaspark.jobs.spark.task.RunPlugin;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Local steps on batches that the executor reads itself, in a model that waits in it. */
record Training() implements WorkerComputation {
    @Override
    public Done round(Storage storage, TrainingPlan plan, Part part, TrainingState start, IntPredicate goesOn)
            throws IOException {
        try {
            return BatchPool.read(storage, plan.trainSource(), batches -> round(plan, part, start, goesOn, batches));
        } catch (UncheckedIOException e) {
            throw e.getCause(); // from a batch: the trainer takes a function that declares nothing
        }
    }

    private static Done round(
            TrainingPlan plan, Part part, TrainingState start, IntPredicate goesOn, TokenBatches batches) {
        ModelPool pooled = ModelPool.borrow(plan.modelUse()); // a new one warms up, which is no part of the round
        long begin = System.nanoTime();
        var timed = new TimedBatches(plan, batches, part.round(), part.worker());
        LocalTrainer.RoundResult result = new LocalTrainer(pooled.model(), plan.train())
                .round(start, part.round(), part.worker(), timed, steps -> {
                    RunPlugin.tell(part.round(), part.worker(), steps);
                    return goesOn.test(steps);
                });
        pooled.giveBack();
        return new Done(result, timed.nanos(), System.nanoTime() - begin);
    }

    /** The batches of one worker's local steps in one round, read when they are asked for; counts the time it takes. */
    static final class TimedBatches implements LongFunction<Batch> {
        private static final Logger LOG = LoggerFactory.getLogger(TimedBatches.class);

        private final TrainConfig train;
        private final TokenBatches batches;
        private final BatchCursor cursor;
        private final long round;
        private final int worker;
        private final int length;
        private long nanos;

        TimedBatches(TrainingPlan plan, TokenBatches batches, long round, int worker) {
            this.train = plan.train();
            this.batches = batches;
            this.cursor = new BatchCursor(batches.sequences(), train.seed(), train.workers(), train.batchSize());
            this.round = round;
            this.worker = worker;
            this.length = train.lengthSchedule().lengthIn(round, plan.model().lMax());
        }

        /** The batch of local step j. */
        @Override
        public Batch apply(long step) {
            long begin = System.nanoTime();
            try {
                long stepOfRun = train.step(round, Math.toIntExact(step));
                long[] sequences = cursor.sequencesOf(stepOfRun, worker);
                Batch batch = batches.batch(sequences).cut(length);
                if (LOG.isDebugEnabled()) {
                    LOG.debug(
                            "point: worker {} has read in step {}: {}", worker, stepOfRun, Arrays.toString(sequences));
                }
                return batch;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                nanos += System.nanoTime() - begin;
            }
        }

        /** Time spent so far. */
        long nanos() {
            return nanos;
        }
    }
}
