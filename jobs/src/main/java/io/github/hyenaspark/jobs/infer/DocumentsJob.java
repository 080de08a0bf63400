package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.report.progress.ProgressTask;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.train.RunConfig;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies the model of a run to the documents of files: what {@code score} and {@code embed} have in common. */
final class DocumentsJob {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentsJob.class);

    private final long begin = System.nanoTime();
    private final String command;
    private final String output;
    private final RunConfig run;
    private final Console console;
    private final DocumentInput input;
    private final TrainedRun trained;

    /**
     * Ready to begin.
     *
     * @param command its name and that of its section
     * @param output directory of the result
     * @throws IllegalArgumentException if there is no input, no checkpoint, or something in the output
     */
    DocumentsJob(String command, String output, Settings settings, Console console) throws IOException {
        Storage storage = SparkRuntime.storage();
        this.command = command;
        this.output = output;
        this.console = console;
        run = settings.bind("run", RunConfig.class);
        input = DocumentInput.of(storage, settings);
        SparkInference.checkOutput(storage, command + ".output", output);
        trained = TrainedRun.open(storage, run.dir());
    }

    /** What is done with the documents. */
    @FunctionalInterface
    interface Application {
        /**
         * Does it.
         *
         * @param config of the documents, with absolute places
         * @param units the files
         */
        Totals apply(SparkInference spark, TrainedRun trained, DataConfig config, List<WorkUnit> units);
    }

    /** The model. */
    TrainedRun trained() {
        return trained;
    }

    Totals run(Application application) {
        Totals totals;
        try (SparkRuntime runtime = SparkRuntime.start(
                "hyena " + command + " " + input.config().input(),
                trained.train().threads())) {
            List<WorkUnit> units = input.units(runtime.taskSlots());
            var work = new ProgressTask(command, "units", 0, units.size());
            try (Progress progress = Progress.open(run.progress(), work, console.messages())) {
                totals = application.apply(runtime.inference(progress), trained, input.config(), units);
                progress.advance(units.size(), totals.documents() + " documents");
            }
        }
        if (totals.failed() > 0) {
            LOG.warn("{} of {} documents have no result but an error", totals.failed(), totals.documents());
        }
        return totals;
    }

    /** The beginning of the result line. */
    ObjectNode result(Totals totals) {
        return Json.object()
                .put("run", run.dir())
                .put("round", trained.round())
                .put("output", output)
                .put("documents", totals.documents())
                .put("failed", totals.failed())
                .put("tokens", totals.tokens());
    }

    /** Writes the result line. */
    void end(ObjectNode result) {
        console.result(result.put("seconds", (System.nanoTime() - begin) / 1e9));
    }
}
