package io.github.hyenaspark.jobs;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.InputPlan;
import io.github.hyenaspark.data.prepare.SnapshotCommit;
import io.github.hyenaspark.data.shard.DatasetSnapshot;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.Progress;
import io.github.hyenaspark.jobs.report.Work;
import io.github.hyenaspark.jobs.spark.SparkPrepare;
import io.github.hyenaspark.jobs.spark.SparkRuntime;
import java.io.IOException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a corpus to a dataset's next snapshot. Does only what has not been done, and nothing when nothing is new. */
final class PrepareJob {
    private static final Logger LOG = LoggerFactory.getLogger(PrepareJob.class);

    private PrepareJob() {}

    static void run(Settings settings, Console console) throws IOException {
        long begin = System.nanoTime();
        Storage storage = SparkRuntime.storage();
        DataConfig config = settings.bind("data", DataConfig.class).qualified(storage);
        RunConfig run = settings.bind("run", RunConfig.class);
        InputPlan plan = InputPlan.of(storage, config);
        if (!plan.pending().isEmpty()) {
            var work = new Work("prepare", "units", 0, plan.pending().size());
            try (SparkRuntime runtime = SparkRuntime.start("hyena prepare " + config.dataset(), 1);
                    Progress progress = Progress.open(run.progress(), work, console.messages())) {
                new SparkPrepare(runtime.context(), progress).run(config, plan.pending());
            }
        }
        SnapshotCommit.Result result = SnapshotCommit.commit(storage, config, plan.units());
        DatasetSnapshot snapshot = result.snapshot();
        if (snapshot.documents(Split.VALIDATION) == 0) {
            LOG.warn("no document is held out, so training will measure nothing on unseen text: name some in"
                    + " data.validation-documents, or raise data.validation-fraction for another data.dataset");
        }
        console.result(Json.object()
                .put("dataset", config.dataset())
                .put("snapshot", snapshot.uri(config.dataset()))
                .put("outcome", result.outcome().name().toLowerCase(Locale.ROOT))
                .put("documents", snapshot.documents(Split.TRAIN) + snapshot.documents(Split.VALIDATION))
                .put("rejected", snapshot.rejected())
                .put("train_tokens", snapshot.tokens(Split.TRAIN))
                .put("validation_tokens", snapshot.tokens(Split.VALIDATION))
                .put("units", plan.units().size())
                .put("prepared_units", plan.pending().size())
                .put("seconds", (System.nanoTime() - begin) / 1e9));
    }
}
