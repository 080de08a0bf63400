package io.github.hyenaspark.jobs;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.SparkRuntime;
import io.github.hyenaspark.jobs.spark.TrainedRun;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a checkpoint and files of documents to vectors of every document, as Parquet. */
final class EmbedJob {
    private static final Logger LOG = LoggerFactory.getLogger(EmbedJob.class);

    private EmbedJob() {}

    static void run(Settings settings, Console console) throws IOException {
        long begin = System.nanoTime();
        Storage storage = SparkRuntime.storage();
        EmbedConfig config = settings.bind("embed", EmbedConfig.class);
        RunConfig run = settings.bind("run", RunConfig.class);
        DocumentInput input = DocumentInput.of(storage, settings);
        SparkInference.checkOutput(storage, "embed.output", config.output());
        TrainedRun trained = TrainedRun.open(storage, run.dir());
        Totals totals;
        try (SparkRuntime runtime = SparkRuntime.start(
                "hyena embed " + input.config().input(), trained.train().threads())) {
            totals = runtime.inference()
                    .embed(trained, input.config(), input.units(runtime.taskSlots()), config.plan(storage));
        }
        if (totals.failed() > 0) {
            LOG.warn("{} of {} documents have no vector but an error", totals.failed(), totals.documents());
        }
        console.result(Json.object()
                .put("run", run.dir())
                .put("round", trained.round())
                .put("output", config.output())
                .put("documents", totals.documents())
                .put("failed", totals.failed())
                .put("tokens", totals.tokens())
                .put("width", trained.model().dModel())
                .put("seconds", (System.nanoTime() - begin) / 1e9));
    }
}
