package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.jobs.spark.broadcast.BroadcastState;
import io.github.hyenaspark.jobs.spark.broadcast.TrainingPlan;
import io.github.hyenaspark.model.LossByPosition;
import java.io.IOException;
import java.util.Iterator;
import java.util.stream.LongStream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * The loss of one state over some chunks of the held-out sequences. A chunk is B sequences in a row, the last one
 * fewer; each chunk has a sum of its own, so the total does not depend on which task computed which chunk.
 */
public final class HeldOutTask implements FlatMapFunction<Iterator<Integer>, LossByPosition> {
    private static final long serialVersionUID = 1;

    private final Broadcast<TrainingPlan> plan;
    private final BroadcastState.Handle state;

    public HeldOutTask(Broadcast<TrainingPlan> plan, BroadcastState.Handle state) {
        this.plan = plan;
        this.state = state;
    }

    @Override
    public Iterator<LossByPosition> call(Iterator<Integer> chunks) throws IOException {
        TrainingPlan plan = this.plan.value();
        int batchSize = plan.train().batchSize();
        return new EvaluationTask.Plan(plan.modelUse(), plan.heldOutSource(), batchSize)
                .measure(
                        state.value().theta(),
                        chunks,
                        (model, batches, sequences) -> model.lossByPosition(batches.batch(sequences)));
    }

    /** How many chunks of B sequences there are. */
    public static int chunks(long sequences, int batchSize) {
        return Math.toIntExact((sequences + batchSize - 1) / batchSize);
    }

    static long[] sequencesOf(int chunk, int batchSize, long sequences) {
        long from = (long) chunk * batchSize;
        return LongStream.range(from, Math.min(from + batchSize, sequences)).toArray();
    }
}
