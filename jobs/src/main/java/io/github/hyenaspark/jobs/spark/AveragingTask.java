package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.batch.BatchCursor;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.RoundResult;
import io.github.hyenaspark.train.TrainConfig;
import io.github.hyenaspark.train.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/**
 * One worker's part of one round: H local steps from the round's common state. The result is a pure function of plan,
 * state, round and worker, so a retried, speculative or moved task gives the same bits. It reads its batches itself and
 * writes nothing.
 */
final class AveragingTask implements Function<Integer, WorkerRound> {
    private static final long serialVersionUID = 1;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Broadcast<TrainingPlan> plan;
    private final Broadcast<TrainingState> start;
    private final long round;

    AveragingTask(Broadcast<TrainingPlan> plan, Broadcast<TrainingState> start, long round) {
        this.plan = plan;
        this.start = start;
        this.round = round;
    }

    @Override
    public WorkerRound call(Integer worker) throws IOException {
        TrainingPlan plan = this.plan.value();
        try {
            return PooledBatches.read(
                    SparkStorage.ofThisExecutor(), plan, Split.TRAIN, batches -> round(plan, worker, batches));
        } catch (UncheckedIOException e) {
            throw e.getCause(); // from a batch: the trainer takes a function that declares nothing
        }
    }

    private WorkerRound round(TrainingPlan plan, int worker, TokenBatches batches) {
        PooledModel pooled = PooledModel.borrow(plan); // a new one warms up, which is no part of the round
        long begin = System.nanoTime();
        var timed = new TimedBatches(batches, cursor(plan.train(), batches.sequences()), round, worker);
        RoundResult result = new LocalTrainer(pooled.model(), plan.train()).round(start.value(), round, worker, timed);
        pooled.giveBack();
        long millis = (System.nanoTime() - begin) / NANOS_PER_MILLI;
        return new WorkerRound(result, TaskPlace.here(), timed.nanos / NANOS_PER_MILLI, millis);
    }

    private static BatchCursor cursor(TrainConfig train, long sequences) {
        return new BatchCursor(sequences, train.seed(), train.workers(), train.localSteps(), train.batchSize());
    }

    private static final class TimedBatches implements LongFunction<Batch> {
        private final TokenBatches batches;
        private final BatchCursor cursor;
        private final long round;
        private final int worker;
        private long nanos;

        TimedBatches(TokenBatches batches, BatchCursor cursor, long round, int worker) {
            this.batches = batches;
            this.cursor = cursor;
            this.round = round;
            this.worker = worker;
        }

        @Override
        public Batch apply(long step) {
            long begin = System.nanoTime();
            try {
                return batches.batch(cursor.sequencesOf(round, worker, Math.toIntExact(step)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                nanos += System.nanoTime() - begin;
            }
        }
    }
}
