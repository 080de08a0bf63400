package io.github.hyenaspark.jobs.infer;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.Pooling;
import io.github.hyenaspark.jobs.spark.SparkInference.EmbedPlan;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.IOException;
import java.util.List;

/** From a checkpoint and files of documents to vectors of every document, as Parquet. */
public final class EmbedJob {
    private EmbedJob() {}

    public static void run(Settings settings, Console console) throws IOException {
        Config config = settings.bind("embed", Config.class);
        var job = new DocumentsJob("embed", config.output(), settings, console);
        EmbedPlan plan = config.plan(SparkRuntime.storage());
        Totals totals = job.run((spark, run, data, units) -> spark.embed(run, data, units, plan));
        job.end(job.result(totals).put("width", job.trained().model().dModel()));
    }

    /**
     * The section {@code embed}.
     *
     * @param output directory of the Parquet files
     * @param pooling {@code last}, {@code mean} or {@code positions}
     * @param positions of tokens, from 0
     * @param overlap tokens that a sequence of a long document shares with the one before; -1 for half of l-max
     */
    record Config(String output, String pooling, List<Long> positions, int overlap) {
        Config {
            if (overlap < -1) {
                throw new IllegalArgumentException("embed.overlap: found " + overlap
                        + ", expected 0 tokens or more, or -1 for half of model.l-max");
            }
            Pooling.of(pooling, positions);
        }

        EmbedPlan plan(Storage storage) throws IOException {
            return new EmbedPlan(overlap, Pooling.of(pooling, positions), storage.qualify(output));
        }
    }
}
