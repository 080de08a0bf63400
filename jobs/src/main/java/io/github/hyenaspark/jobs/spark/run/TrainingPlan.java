package io.github.hyenaspark.jobs.spark.run;

import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.BatchSource;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.ModelUse;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.Serializable;

/**
 * What every task of a run knows, sent to each executor once; {@code packing} is of the sequences to train on, held-out
 * ones are always of one document each, and {@code heldOutSequences} of them, perhaps none, are measured. The run is
 * the URI of its directory.
 */
public record TrainingPlan(
        ModelConfig model,
        TrainConfig train,
        DatasetSnapshot.Ref snapshot,
        PackingConfig packing,
        String run,
        long heldOutSequences)
        implements Serializable {
    public TrainingPlan {
        train.lengthSchedule().check(model.lMax());
    }

    /** Of a run that measures no held-out sequences. */
    public TrainingPlan(
            ModelConfig model, TrainConfig train, DatasetSnapshot.Ref snapshot, PackingConfig packing, String run) {
        this(model, train, snapshot, packing, run, 0);
    }

    /** V, ids. */
    public int vocabularySize() {
        return snapshot.vocabulary().size();
    }

    public ModelUse modelUse() {
        return new ModelUse(model, vocabularySize(), train.recompute(), train.threads());
    }

    public BatchSource trainSource() {
        return new BatchSource(snapshot, Split.TRAIN, packing);
    }

    /** The held-out sequences: no document sees another one, so the loss is that of documents alone. */
    public BatchSource heldOutSource() {
        var single = new PackingConfig(PackingConfig.Strategy.SINGLE, model.lMax());
        return new BatchSource(snapshot, Split.VALIDATION, single);
    }
}
