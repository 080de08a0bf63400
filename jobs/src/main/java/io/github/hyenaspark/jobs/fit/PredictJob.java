package io.github.hyenaspark.jobs.fit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.JobCommand.Job;
import io.github.hyenaspark.jobs.infer.DocumentsJob;
import io.github.hyenaspark.jobs.infer.ResultFolder;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.kernel.KernelChoice;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command {@code predict}: the labels of documents in files, by a fitted model; writes Parquet. */
public final class PredictJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(PredictJob.class);

    /** Texts are read as those that the model learnt from. */
    @Override
    public Derived derived(Settings settings) throws IOException {
        String run = settings.bind("run", RunConfig.class).dir();
        return Derived.defaults(
                run.isBlank()
                        ? List.of()
                        : FittedModel.textsOfFitting(SparkRuntime.storage(), run)
                                .defaults());
    }

    @Override
    public void run(Settings settings, Console console) throws IOException {
        long begin = System.nanoTime();
        Storage storage = SparkRuntime.storage();
        RunConfig run = settings.bind("run", RunConfig.class);
        Refusal.unless(!run.dir().isBlank(), "run.dir", "nothing", "the directory of a fitting, or of its model");
        String output = settings.bind("predict", PredictConfig.class).output();
        ResultFolder.checkNamed("predict.output", output);
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        Refusal.unless(!data.input().isBlank(), "data.input", "\"\"", "a directory, a file or a glob");
        Collection<InputFile> files = data.files(storage).files();
        FittedModel model = FittedModel.ofFitting(storage, run.dir());
        model.texts().check(settings);
        SparkInference.checkColumns(
                data, List.of(LabelPredictor.columns(model.spec().head()).fieldNames()));
        ResultFolder folder = ResultFolder.of(storage, "predict.output", output, asked(storage, model, data, files));
        Optional<ObjectNode> done = folder.result();
        ObjectNode result = done.orElseGet(Json::object).put("outcome", "unchanged");
        if (done.isPresent()) {
            LOG.info("nothing to do: {} has these results", output);
        } else {
            int tasks = MemoryNeeds.tasksHere(1);
            memory(settings, model)
                    .refuseUnlessTheyFit(Math.min(
                            tasks, DocumentsJob.units(files, data, tasks).size()));
            expect(model, files);
            try (SparkRuntime runtime = SparkRuntime.start("hyena predict " + data.input(), 1)) {
                List<WorkUnit> units = DocumentsJob.units(files, data, runtime.taskSlots());
                var work = new Progress.Task("predict", "units", 0, units.size());
                try (Progress progress = Progress.open(run.progress(), work, console.messages())) {
                    folder.begin();
                    Totals totals = runtime.inference(progress)
                            .predict(
                                    LabelPredictor.send(runtime.context(), model),
                                    data,
                                    units,
                                    SparkRuntime.storage().qualify(output));
                    progress.advance(units.size(), totals.documents() + " documents");
                    if (totals.failed() > 0) {
                        LOG.warn(
                                "{} of {} documents failed; their rows hold an error",
                                totals.failed(),
                                totals.documents());
                    }
                    result.put("outcome", "created")
                            .put("run", run.dir())
                            .put("output", output)
                            .put("documents", totals.documents())
                            .put("failed", totals.failed());
                    folder.end(result);
                }
            }
        }
        console.result(result.put("seconds", (System.nanoTime() - begin) / 1e9));
    }

    /** With windows of the longest length, as many as are computed at once; there may be no longer ones. */
    private static MemoryNeeds memory(Settings settings, FittedModel model) throws IOException {
        Settings own = Settings.ofJson(model.modelSettings());
        int longest =
                Math.max(model.longest(), own.bind("model", ModelConfig.class).leastLMax());
        ModelConfig shape = own.with(List.of("model.l-max=" + longest)).bind("model", ModelConfig.class);
        int sequences = Readings.together(model.longest()) * model.readings().count();
        TrainConfig train = settings.with(List.of("train.batch-size=" + sequences, "train.threads=1"))
                .bind("train", TrainConfig.class);
        return SparkInference.memory("predict", shape, model.spec().vocabularySize(), train, parameters(model));
    }

    private static long parameters(FittedModel model) {
        return model.members().stream()
                .mapToLong(member -> member.theta().length)
                .sum();
    }

    /** About what all members do in two readings of these files. */
    private static void expect(FittedModel model, Collection<InputFile> files) {
        KernelChoice.expect(2.0 * 2 * parameters(model) * DocumentsJob.bytes(files));
    }

    /** A hash of all that decides the results. */
    private static String asked(Storage storage, FittedModel model, DataConfig data, Collection<InputFile> files)
            throws IOException {
        List<String> facts = new ArrayList<>(List.of(model.tokenizer().fingerprint(), Json.line(model.description())));
        model.members().forEach(member -> facts.add(member.name() + " " + Hashes.sha256(member.theta())));
        return Hashes.sha256(Stream.concat(facts.stream(), DocumentsJob.facts(storage, data, files)));
    }

    /** The section {@code predict}; {@code reference.conf} describes its keys. */
    record PredictConfig(String output) {}
}
