package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.shard.DatasetSnapshot;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.TrainConfig;

/**
 * What every task of a run knows, sent to each executor once.
 *
 * @param model the architecture
 * @param train how it is trained
 * @param snapshot the data
 * @param dataset URI of the directory that the snapshot's shards are in
 */
public record TrainingPlan(ModelConfig model, TrainConfig train, DatasetSnapshot snapshot, String dataset) {
    /** V, ids. */
    public int vocabularySize() {
        return snapshot.vocabulary().size();
    }
}
