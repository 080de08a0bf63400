package io.github.hyenaspark.jobs.spark.worker;

import io.github.hyenaspark.data.batch.BatchCursor;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The batches of one worker's local steps in one round, read when they are asked for; counts the time it takes. */
final class TimedBatches implements LongFunction<Batch> {
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
                LOG.debug("point: worker {} has read in step {}: {}", worker, stepOfRun, Arrays.toString(sequences));
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
