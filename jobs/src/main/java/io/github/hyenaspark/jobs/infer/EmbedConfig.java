package io.github.hyenaspark.jobs.infer;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.Pooling;
import io.github.hyenaspark.jobs.spark.SparkInference.EmbedPlan;
import java.io.IOException;
import java.util.List;

/**
 * The section {@code embed}.
 *
 * @param output directory of the Parquet files
 * @param pooling {@code last}, {@code mean} or {@code positions}
 * @param positions of tokens, from 0
 * @param overlap tokens that a sequence of a long document shares with the one before; -1 for half of l-max
 */
record EmbedConfig(String output, String pooling, List<Long> positions, int overlap) {
    EmbedConfig {
        if (overlap < -1) {
            throw new IllegalArgumentException(
                    "embed.overlap: found " + overlap + ", expected 0 tokens or more, or -1 for half of model.l-max");
        }
        Pooling.of(pooling, positions);
    }

    EmbedPlan plan(Storage storage) throws IOException {
        return new EmbedPlan(overlap, Pooling.of(pooling, positions), storage.qualify(output));
    }
}
