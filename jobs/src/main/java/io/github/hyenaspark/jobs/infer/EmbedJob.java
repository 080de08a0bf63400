package io.github.hyenaspark.jobs.infer;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.SparkInference.EmbedPlan;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.IOException;

/** From a checkpoint and files of documents to vectors of every document, as Parquet. */
public final class EmbedJob {
    private EmbedJob() {}

    public static void run(Settings settings, Console console) throws IOException {
        EmbedConfig config = settings.bind("embed", EmbedConfig.class);
        var job = new DocumentsJob("embed", config.output(), settings, console);
        EmbedPlan plan = config.plan(SparkRuntime.storage());
        Totals totals = job.run((spark, run, data, units) -> spark.embed(run, data, units, plan));
        job.end(job.result(totals).put("width", job.trained().model().dModel()));
    }
}
