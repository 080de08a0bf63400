package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.report.progress.ProgressTask;
import io.github.hyenaspark.jobs.spark.Pooling;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands {@code score} and {@code embed}: a checkpoint applied to documents in files; writes Parquet. */
public final class DocumentsJob {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentsJob.class);
    private static final int TASKS_PER_SLOT = 4;
    private static final long MIN_TASK_BYTES = 1 << 14; // a smaller task is not worth starting

    private final long begin = System.nanoTime();
    private final String command;
    private final String output;
    private final RunConfig run;
    private final Console console;
    private final DataConfig data;
    private final List<InputFile> files;
    private final TrainedRun trained;

    /** Checks the input, the output and the checkpoint; the command is also the name of its section. */
    private DocumentsJob(String command, String output, Settings settings, Console console) throws IOException {
        Storage storage = SparkRuntime.storage();
        this.command = command;
        this.output = output;
        this.console = console;
        run = settings.bind("run", RunConfig.class);
        data = settings.bind("data", DataConfig.class).qualified(storage);
        Refusal.unless(!data.input().isBlank(), "data.input", "\"\"", "a directory, a file or a glob");
        files = data.files(storage);
        SparkInference.checkOutput(storage, command + ".output", output);
        trained = TrainedRun.open(storage, run.dir(), run.checkpoint());
    }

    public static void score(Settings settings, Console console) throws IOException {
        ScoreConfig config = settings.bind("score", ScoreConfig.class);
        var job = new DocumentsJob("score", config.output(), settings, console);
        Totals totals = job.run(config.overlap(), (spark, plan) -> spark.score(plan, config.perToken()));
        ObjectNode result = job.result(totals).put("bytes", totals.bytes()).put("nats", totals.nats());
        EvaluateJob.putLoss(result, new LossSum(totals.nats(), totals.tokens()), totals.bytes());
        job.end(result);
    }

    public static void embed(Settings settings, Console console) throws IOException {
        EmbedConfig config = settings.bind("embed", EmbedConfig.class);
        var job = new DocumentsJob("embed", config.output(), settings, console);
        Pooling pooling = Pooling.of(config.pooling(), config.positions());
        Totals totals = job.run(config.overlap(), (spark, plan) -> spark.embed(plan, pooling));
        job.end(job.result(totals).put("width", job.trained.model().dModel()));
    }

    @FunctionalInterface
    private interface Application {
        Totals apply(SparkInference spark, SparkInference.Plan plan);
    }

    private Totals run(int overlap, Application application) throws IOException {
        String place = SparkRuntime.storage().qualify(output);
        Totals totals;
        try (SparkRuntime runtime = SparkRuntime.start(
                "hyena " + command + " " + data.input(), trained.train().threads())) {
            List<WorkUnit> units = units(runtime.taskSlots());
            var work = new ProgressTask(command, "units", 0, units.size());
            try (Progress progress = Progress.open(run.progress(), work, console.messages())) {
                totals = application.apply(
                        runtime.inference(progress), new SparkInference.Plan(trained, data, units, overlap, place));
                progress.advance(units.size(), totals.documents() + " documents");
            }
        }
        if (totals.failed() > 0) {
            LOG.warn("{} of {} documents failed; their rows hold an error", totals.failed(), totals.documents());
        }
        return totals;
    }

    /** Unlike {@code prepare}, whose results depend on the cuts, this fits their size to the cluster. */
    private List<WorkUnit> units(int slots) {
        long bytes = files.stream().mapToLong(InputFile::bytes).sum();
        long unit = Math.max(MIN_TASK_BYTES, bytes / ((long) slots * TASKS_PER_SLOT));
        return WorkUnit.cut(files, data.source(), Math.min(data.unitBytes(), unit));
    }

    private ObjectNode result(Totals totals) {
        return Json.object()
                .put("run", run.dir())
                .put("round", trained.round())
                .put("output", output)
                .put("documents", totals.documents())
                .put("failed", totals.failed())
                .put("tokens", totals.tokens());
    }

    private void end(ObjectNode result) {
        console.result(result.put("seconds", (System.nanoTime() - begin) / 1e9));
    }

    private static void checkOverlap(String section, int overlap) {
        String expected = "0 tokens or more, or -1 for half of model.l-max";
        Refusal.unless(overlap >= -1, section + ".overlap", overlap, expected);
    }

    /** The section {@code score}; {@code reference.conf} describes its keys. */
    record ScoreConfig(String output, int overlap, boolean perToken) {
        ScoreConfig {
            checkOverlap("score", overlap);
        }
    }

    /** The section {@code embed}; {@code reference.conf} describes its keys. */
    record EmbedConfig(String output, String pooling, List<Long> positions, int overlap) {
        EmbedConfig {
            checkOverlap("embed", overlap);
            Pooling.of(pooling, positions);
        }
    }
}
