package io.github.hyenaspark.jobs.infer;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.SparkInference.ScorePlan;
import java.io.IOException;

/**
 * The section {@code score}.
 *
 * @param output directory of the Parquet files
 * @param overlap tokens that a sequence of a long document shares with the one before; -1 for half of l-max
 * @param perToken whether the loss of each token is written, too
 */
record ScoreConfig(String output, int overlap, boolean perToken) {
    ScoreConfig {
        if (overlap < -1) {
            throw new IllegalArgumentException(
                    "score.overlap: found " + overlap + ", expected 0 tokens or more, or -1 for half of model.l-max");
        }
    }

    ScorePlan plan(Storage storage) throws IOException {
        return new ScorePlan(overlap, perToken, storage.qualify(output));
    }
}
