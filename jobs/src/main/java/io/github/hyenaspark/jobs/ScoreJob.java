package io.github.hyenaspark.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.SparkRuntime;
import io.github.hyenaspark.jobs.spark.TrainedRun;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a checkpoint and files of documents to the loss of every document, as Parquet. */
final class ScoreJob {
    private static final Logger LOG = LoggerFactory.getLogger(ScoreJob.class);

    private ScoreJob() {}

    static void run(Settings settings, Console console) throws IOException {
        long begin = System.nanoTime();
        Storage storage = SparkRuntime.storage();
        ScoreConfig config = settings.bind("score", ScoreConfig.class);
        RunConfig run = settings.bind("run", RunConfig.class);
        DocumentInput input = DocumentInput.of(storage, settings);
        SparkInference.checkOutput(storage, "score.output", config.output());
        TrainedRun trained = TrainedRun.open(storage, run.dir());
        Totals totals;
        try (SparkRuntime runtime = SparkRuntime.start(
                "hyena score " + input.config().input(), trained.train().threads())) {
            totals = runtime.inference()
                    .score(trained, input.config(), input.units(runtime.taskSlots()), config.plan(storage));
        }
        if (totals.failed() > 0) {
            LOG.warn("{} of {} documents have no score but an error", totals.failed(), totals.documents());
        }
        ObjectNode json = Json.object()
                .put("run", run.dir())
                .put("round", trained.round())
                .put("output", config.output())
                .put("documents", totals.documents())
                .put("failed", totals.failed())
                .put("bytes", totals.bytes())
                .put("tokens", totals.tokens())
                .put("nats", totals.nats());
        LossFigures.put(json, new LossSum(totals.nats(), totals.tokens()), totals.bytes());
        console.result(json.put("seconds", (System.nanoTime() - begin) / 1e9));
    }
}
