package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Measures a model on the documents of a split: a Spark job for some hundred chunks of sequences after the other, whose
 * results are merged in order. So the sums depend neither on tasks nor on executors, and the driver holds the results
 * of one job.
 */
public final class SparkEvaluation {
    private static final int CHUNKS_PER_TASK = 16;
    private static final int TASKS_PER_SLOT = 4;

    private final JavaSparkContext context;
    private final Storage storage;
    private final Progress progress; // counts chunks

    public SparkEvaluation(JavaSparkContext context, Storage storage, Progress progress) {
        this.context = context;
        this.storage = storage;
        this.progress = progress;
    }

    /** How many chunks there are; refuses a split without text. */
    public static int chunks(Storage storage, EvaluationTask.Plan plan) throws IOException {
        try (TokenBatches batches = plan.source().open(storage)) {
            return EvaluationTask.chunks(batches.sequences(), plan.batchSize());
        }
    }

    /** Evaluates a model with θ, P; the sink takes each document, in the order of the split. */
    public Evaluation run(EvaluationTask.Plan plan, float[] theta, RowSink<DocumentLosses.DocumentLoss> documents)
            throws IOException {
        Broadcast<EvaluationTask.Plan> sentPlan = context.broadcast(plan);
        Broadcast<float[]> sentTheta = context.broadcast(theta);
        try (TokenBatches batches = plan.source().open(storage)) {
            var byDocument = new DocumentLosses(storage, plan.source(), batches.plan(), documents);
            int chunks = EvaluationTask.chunks(batches.sequences(), plan.batchSize());
            int to = 0;
            while (to < chunks) {
                int from = to;
                int slots = context.defaultParallelism(); // more at each job while executors join
                to = Math.min(chunks, Math.addExact(from, slots * TASKS_PER_SLOT * CHUNKS_PER_TASK));
                TaskWatch.describe(
                        context, String.format(Locale.ROOT, "evaluate chunks %d to %d of %d", from + 1, to, chunks));
                List<Integer> numbers =
                        new ArrayList<>(IntStream.range(from, to).boxed().toList());
                int tasks = Math.min(to - from, TASKS_PER_SLOT * slots);
                List<EvaluationTask.ChunkLosses> found = context.parallelize(numbers, tasks)
                        .mapPartitions(part -> sentPlan.value().losses(sentTheta.value(), part))
                        .collect();
                for (EvaluationTask.ChunkLosses losses : found) { // in the order of the chunks: collect keeps it
                    byDocument.add(losses);
                }
                byDocument.lookUp();
                progress.advance(
                        to,
                        String.format(
                                Locale.ROOT,
                                "loss %.4f",
                                byDocument.sum().all().total().mean()));
            }
            byDocument.end();
            return byDocument.sum();
        } finally {
            sentPlan.destroy();
            sentTheta.destroy();
        }
    }

    /**
     * Documents, bytes of their texts, documents whose last token counts, those where it is the likeliest, and losses
     * by place in the sequence; {@code full} is of sequences without padding, so that every place has the same ones.
     */
    public record Evaluation(
            long documents,
            long bytes,
            long lastTokens,
            long lastTokensLikeliest,
            LossSum.ByPosition all,
            LossSum.ByPosition full) {}
}
