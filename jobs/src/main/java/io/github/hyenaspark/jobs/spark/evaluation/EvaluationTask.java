package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.data.batch.PackingPlan.Part;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.jobs.spark.task.PooledBatches;
import io.github.hyenaspark.jobs.spark.task.PooledModel;
import io.github.hyenaspark.jobs.spark.task.SparkStorage;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.LossByPosition;
import io.github.hyenaspark.operator.head.TargetLosses;
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
            TargetLosses found = pooled.model().losses(batch);
            double[] nats = found.nats();
            losses.add(new ChunkLosses(
                    chunk,
                    LossByPosition.of(nats, batch),
                    LossByPosition.of(nats, batch, row -> isFull(batches, sequences[row])),
                    sums(nats, batch),
                    counted(batch),
                    lastTokens(batches, sequences, batch, found.likeliest())));
        }
        pooled.giveBack();
        return losses.iterator();
    }

    private static boolean isFull(TokenBatches batches, long sequence) {
        int length = batches.plan().config().length();
        return batches.plan().parts(sequence).get(0).inputs() == length;
    }

    /** Whether the last token of each document, before the end of the document, is the likeliest. */
    private static byte[] lastTokens(TokenBatches batches, long[] sequences, Batch batch, boolean[] likeliest) {
        byte[] lastTokens = new byte[sequences.length];
        for (int row = 0; row < sequences.length; row++) {
            Part part = batches.plan().parts(sequences[row]).get(0);
            long target = batches.plan().documentTokens()[part.document()] - 2 - 1 - part.from(); // its input's place
            if (target >= 0 && target < part.inputs()) {
                int at = row * batch.length() + (int) target;
                lastTokens[row] = batch.targets()[at] < 0
                        ? ChunkLosses.NONE
                        : likeliest[at] ? ChunkLosses.RIGHT : ChunkLosses.WRONG;
            }
        }
        return lastTokens;
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
