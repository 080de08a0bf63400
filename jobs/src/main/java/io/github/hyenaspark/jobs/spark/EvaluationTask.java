package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.LossByPosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/** The losses of some chunks of sequences. Chunks are those of {@link HeldOutTask}, and so are their sums. */
final class EvaluationTask implements FlatMapFunction<Iterator<Integer>, ChunkLosses> {
    private static final long serialVersionUID = 1;

    private final Broadcast<EvaluationPlan> plan;
    private final Broadcast<float[]> theta;

    EvaluationTask(Broadcast<EvaluationPlan> plan, Broadcast<float[]> theta) {
        this.plan = plan;
        this.theta = theta;
    }

    @Override
    public Iterator<ChunkLosses> call(Iterator<Integer> chunks) throws IOException {
        EvaluationPlan plan = this.plan.value();
        return PooledBatches.read(
                SparkStorage.ofThisExecutor(), plan.source(), batches -> losses(plan, chunks, batches));
    }

    private Iterator<ChunkLosses> losses(EvaluationPlan plan, Iterator<Integer> chunks, TokenBatches batches)
            throws IOException {
        List<ChunkLosses> losses = new ArrayList<>();
        PooledModel pooled = PooledModel.borrow(plan.use());
        pooled.model().parameters(theta.value());
        while (chunks.hasNext()) {
            int chunk = chunks.next();
            long[] sequences = HeldOutTask.sequencesOf(chunk, plan.batchSize(), batches.sequences());
            Batch batch = batches.batch(sequences);
            double[] nats = pooled.model().losses(batch);
            losses.add(new ChunkLosses(
                    chunk,
                    LossByPosition.of(nats, batch),
                    LossByPosition.of(nats, batch, row -> isFull(batches, sequences[row])),
                    sums(nats, batch),
                    counted(batch)));
        }
        pooled.giveBack();
        return losses.iterator();
    }

    private static boolean isFull(TokenBatches batches, long sequence) {
        int length = batches.plan().config().length();
        return batches.plan().parts(sequence).get(0).inputs() == length;
    }

    private static double[] sums(double[] nats, Batch batch) {
        double[] sums = new double[batch.batchSize()];
        for (int i = 0; i < nats.length; i++) {
            sums[i / batch.length()] += nats[i];
        }
        return sums;
    }

    private static int[] counted(Batch batch) {
        int[] counted = new int[batch.batchSize()];
        for (int i = 0; i < batch.targets().length; i++) {
            counted[i / batch.length()] += batch.targets()[i] >= 0 ? 1 : 0;
        }
        return counted;
    }
}
