package io.github.hyenaspark.jobs.spark.evaluation;

import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.PackingStrategy;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.task.BatchSource;
import io.github.hyenaspark.jobs.spark.task.ModelUse;

/**
 * What every task of an evaluation knows, sent to each executor once.
 *
 * @param use the model
 * @param source the sequences, each of one document
 * @param batchSize B, sequences in a chunk: that of training, whose measurements between rounds have the same sums
 */
public record EvaluationPlan(ModelUse use, BatchSource source, int batchSize) {
    /**
     * Evaluates a run on documents each by itself, as training measures its held-out loss.
     *
     * @param dataset URI of the dataset's directory
     * @param documents at most so many, spread evenly over the split; 0 for all
     */
    public static EvaluationPlan of(
            TrainedRun run, DatasetSnapshot snapshot, String dataset, Split split, long documents) {
        var packing = new PackingConfig(PackingStrategy.SINGLE, run.model().lMax());
        long most = documents == 0 ? Long.MAX_VALUE : documents;
        return new EvaluationPlan(
                run.modelUse(),
                new BatchSource(snapshot, dataset, split, packing, most),
                run.train().batchSize());
    }
}
