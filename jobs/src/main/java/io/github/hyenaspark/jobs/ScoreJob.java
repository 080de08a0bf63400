package io.github.hyenaspark.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.InputFiles;
import io.github.hyenaspark.data.prepare.WorkUnit;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.SparkRuntime;
import io.github.hyenaspark.jobs.spark.TrainedRun;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a checkpoint and files of documents to the loss of every document, as Parquet. */
final class ScoreJob {
    private static final Logger LOG = LoggerFactory.getLogger(ScoreJob.class);
    private static final int TASKS_PER_SLOT = 4;
    private static final long FEWEST_BYTES = 1 << 14; // of a task: less is not worth its start

    private ScoreJob() {}

    static void run(Settings settings, Console console) throws IOException {
        long begin = System.nanoTime();
        Storage storage = SparkRuntime.storage();
        ScoreConfig config = settings.bind("score", ScoreConfig.class);
        RunConfig run = settings.bind("run", RunConfig.class);
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        if (data.input().isBlank()) {
            throw new IllegalArgumentException("data.input: found \"\", expected a directory, a file or a glob");
        }
        SparkInference.checkOutput(storage, "score.output", config.output());
        TrainedRun trained = TrainedRun.open(storage, run.dir());
        List<InputFile> files = InputFiles.of(storage, data);
        Totals totals;
        try (SparkRuntime runtime = SparkRuntime.start(
                "hyena score " + data.input(), trained.train().threads())) {
            List<WorkUnit> units = units(files, data, runtime.taskSlots());
            totals = runtime.inference().score(trained, data, units, config.plan(storage));
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

    /** Scores do not depend on the cuts, so unlike {@code prepare} this makes them to the measure of the cluster. */
    private static List<WorkUnit> units(List<InputFile> files, DataConfig data, int slots) {
        long bytes = files.stream().mapToLong(InputFile::bytes).sum();
        long unit = Math.max(FEWEST_BYTES, bytes / ((long) slots * TASKS_PER_SLOT));
        return WorkUnit.cut(files, data.source(), Math.min(data.unitBytes(), unit));
    }
}
