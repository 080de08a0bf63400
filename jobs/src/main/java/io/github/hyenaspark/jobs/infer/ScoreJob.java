package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.SparkInference.ScorePlan;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;

/** From a checkpoint and files of documents to the loss of every document, as Parquet. */
public final class ScoreJob {
    private ScoreJob() {}

    public static void run(Settings settings, Console console) throws IOException {
        Config config = settings.bind("score", Config.class);
        var job = new DocumentsJob("score", config.output(), settings, console);
        ScorePlan plan = config.plan(SparkRuntime.storage());
        Totals totals = job.run((spark, run, data, units) -> spark.score(run, data, units, plan));
        ObjectNode result = job.result(totals).put("bytes", totals.bytes()).put("nats", totals.nats());
        LossFigures.put(result, new LossSum(totals.nats(), totals.tokens()), totals.bytes());
        job.end(result);
    }

    /**
     * The section {@code score}.
     *
     * @param output directory of the Parquet files
     * @param overlap tokens that a sequence of a long document shares with the one before; -1 for half of l-max
     * @param perToken whether the loss of each token is written, too
     */
    record Config(String output, int overlap, boolean perToken) {
        Config {
            if (overlap < -1) {
                throw new IllegalArgumentException("score.overlap: found " + overlap
                        + ", expected 0 tokens or more, or -1 for half of model.l-max");
            }
        }

        ScorePlan plan(Storage storage) throws IOException {
            return new ScorePlan(overlap, perToken, storage.qualify(output));
        }
    }
}
