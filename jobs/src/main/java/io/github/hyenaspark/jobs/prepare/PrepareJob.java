package io.github.hyenaspark.jobs.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.commit.DatasetReport;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit;
import io.github.hyenaspark.data.prepare.plan.DryRun;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Totals;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.Quarantine;
import io.github.hyenaspark.data.task.Task;
import io.github.hyenaspark.data.task.TaskInput;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.JobCommand.Job;
import io.github.hyenaspark.jobs.cli.Stop;
import io.github.hyenaspark.jobs.report.page.DatasetPage;
import io.github.hyenaspark.jobs.report.page.PageFile;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.prepare.SparkPrepare;
import io.github.hyenaspark.jobs.spark.run.DirectoryKind;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.jobs.train.RunConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a corpus to the next snapshot of a dataset. Processes only what is new. */
public final class PrepareJob {
    private static final Logger LOG = LoggerFactory.getLogger(PrepareJob.class);

    private final Storage storage;
    private final DatasetSpec spec;
    private final Progress.Style style;
    private final Console console;
    private final long begin = System.nanoTime();
    private int cores = 1;

    private PrepareJob(Storage storage, DatasetSpec spec, Progress.Style style, Console console) {
        this.storage = storage;
        this.spec = spec;
        this.style = style;
        this.console = console;
    }

    /** The command {@code prepare}. A task provides the settings that its examples need. */
    public static final class Command implements Job {
        @Override
        public Derived derived(Settings settings) {
            return Derived.defaults(task(settings).map(TaskInput::settings).orElse(List.of()));
        }

        @Override
        public void run(Settings settings, Console console) throws IOException {
            Storage storage = SparkRuntime.storage();
            DataConfig config = settings.bind("data", DataConfig.class);
            config.checkPlaces();
            Optional<TaskInput> task = task(settings);
            if (task.isPresent()) {
                Refusal.unless(
                        !config.dryRun(),
                        "data.dry-run",
                        "true with " + config.input(),
                        "false: a task's examples are made when they are prepared");
                task.get().write(storage, config.dataset());
            }
            RunConfig run = settings.bind("run", RunConfig.class);
            console.stop().with(Stop.CONTINUES);
            new PrepareJob(storage, DatasetSpec.of(storage, config), run.progress(), console).run();
        }
    }

    /** The task of {@code data.input}, if it is one. */
    public static Optional<TaskInput> task(Settings settings) {
        String input = settings.bind("data", DataConfig.class).input();
        return TaskInput.isTask(input)
                ? Optional.of(TaskInput.of(input, settings.bind("task", Task.Config.class)))
                : Optional.empty();
    }

    private void run() throws IOException {
        if (spec.config().dryRun()) {
            refuseToMigrate();
            InputPlan plan = plan();
            console.result(DryRun.estimate(storage, spec, plan).put("seconds", seconds()));
            return;
        }
        try (var lease = DatasetLease.take(storage, spec.config().dataset())) {
            TestPoint.reached("holding {}", lease.uri());
            InputPlan plan = plan();
            if (plan.parent().isEmpty() && plan.fresh().isEmpty()) {
                LOG.info("nothing to do: no file changed in the interval, and there is no snapshot yet");
                console.result(
                        Json.object().put("dataset", spec.config().dataset()).put("outcome", "nothing"));
                return;
            }
            SnapshotCommit.Result result = prepare(plan, lease);
            boolean committed = result.outcome() != SnapshotCommit.Outcome.UNCHANGED;
            if (committed || plan.left().waiting() == 0) { // else what waits may have been begun
                lease.committed();
            }
            report(plan, result);
        }
    }

    /** A plan writes what an earlier version did not, and a dry run writes nothing. */
    private void refuseToMigrate() throws IOException {
        String dataset = spec.config().dataset();
        boolean isOld = DatasetSnapshot.find(storage, dataset)
                .filter(snapshot -> !snapshot.ownUnits().isEmpty())
                .isPresent();
        Refusal.unless(
                !isOld,
                "data.dry-run",
                "true and in " + dataset + " the format of an earlier version",
                "a dataset of this one; run hyena migrate data.dataset=" + dataset + " first");
    }

    private InputPlan plan() throws IOException {
        InputPlan plan = InputPlan.of(storage, spec);
        if (plan.parent().isEmpty()) {
            DirectoryKind.DATASET.refuseIfOther(
                    storage, "data.dataset", spec.config().dataset());
            FirstDocument.missing(storage, spec.config().source(), plan.work()).ifPresent(LOG::warn);
        }
        return plan;
    }

    private SnapshotCommit.Result prepare(InputPlan plan, DatasetLease lease) throws IOException {
        if (plan.isDone()) {
            return SnapshotCommit.unchanged(storage, spec, plan.parent().orElseThrow());
        }
        SparkPrepare.memory().refuseUnlessTheyFit(Math.min(plan.pending().size(), MemoryNeeds.tasksHere(1)));
        lease.begins();
        spec.storeTokenizer(storage);
        var work = new Progress.Task("prepare", "MiB", 0, SparkPrepare.mebibytes(plan.work()));
        try (SparkRuntime runtime =
                SparkRuntime.start("hyena prepare " + spec.config().dataset(), 1)) {
            cores = runtime.taskSlots();
            try (Progress progress = Progress.open(style, work, console.messages())) {
                new SparkPrepare(runtime.context(), progress, lease).run(spec, plan.work());
            }
            return SparkPrepare.commit(runtime.context(), storage, spec, plan, lease);
        }
    }

    private void report(InputPlan plan, SnapshotCommit.Result result) throws IOException {
        DatasetSnapshot snapshot = result.snapshot();
        String dataset = spec.config().dataset();
        long heldOut = snapshot.documents(Split.VALIDATION);
        int names = spec.config().splitRule().names().size();
        if (heldOut > 0 && heldOut < names) { // ids are not known before all is read
            LOG.warn(
                    "data.validation-documents has {} names, but only {} documents are held out: the others name no"
                            + " document, or a duplicate of one",
                    names,
                    heldOut);
        }
        if (heldOut == 0) {
            LOG.warn("no document is held out, so training cannot measure its loss on unseen text: set"
                    + " data.validation-documents, or raise data.validation-fraction for another data.dataset");
        }
        Totals totals = snapshot.totals();
        UnitEntry.Counts counts = totals.counts();
        if (counts.bad() + counts.filtered() > 0) {
            LOG.info(
                    "{} documents are not in the dataset. {}",
                    counts.bad() + counts.filtered(),
                    Quarantine.advice(dataset));
        }
        ObjectNode skipped = plan.input().skippedAsJson();
        String page = DatasetReport.uri(dataset, snapshot, ".html");
        String figures = DatasetReport.uri(dataset, snapshot, ".json");
        JsonNode report;
        if (result.outcome() == SnapshotCommit.Outcome.CREATED || !storage.exists(figures)) {
            ObjectNode made = DatasetReport.of(storage, dataset, snapshot);
            made.set("run", rates(plan, result));
            made.set("skipped_files", skipped);
            TestPoint.reached("before the report {}", page);
            storage.replace(figures, Json.bytes(made));
            PageFile.replace(storage, page, () -> DatasetPage.html(made));
            report = made;
        } else {
            JsonNode stored = Json.parse(figures, storage.read(figures));
            if (!storage.exists(page)) {
                PageFile.replace(storage, page, () -> DatasetPage.html(stored));
            }
            report = stored;
        }
        ObjectNode json = Json.object()
                .put("dataset", dataset)
                .put("snapshot", snapshot.uri(dataset))
                .put("outcome", outcome(result))
                .put("documents", counts.documents())
                .put("duplicates", counts.duplicates())
                .put("filtered", counts.filtered())
                .put("rejected", counts.bad())
                .put("train_tokens", totals.of(Split.TRAIN).tokens())
                .put("duplicate_tokens", report.path("duplicate_tokens").asLong())
                .put("validation_tokens", totals.of(Split.VALIDATION).tokens())
                .put("units", totals.units())
                .put("prepared_units", plan.pending().size())
                .put("report", page)
                .put("seconds", seconds());
        json.put("late_files", plan.left().late())
                .put("waiting_files", plan.left().waiting())
                .put("changed_files", plan.left().changed());
        json.set("skipped_files", skipped);
        console.result(json);
    }

    private ObjectNode rates(InputPlan plan, SnapshotCommit.Result result) {
        long bytes = plan.pending().stream().mapToLong(WorkUnit::bytes).sum();
        long all = plan.fresh().stream().mapToLong(WorkUnit::bytes).sum();
        long tokens = tokens(result.snapshot())
                - plan.parent().map(PrepareJob::tokens).orElse(0L);
        double share = all == 0 ? 0 : (double) bytes / all;
        return Json.object()
                .put("outcome", outcome(result))
                .put("prepared_units", plan.pending().size())
                .put("source_bytes", bytes)
                .put("seconds", seconds())
                .put("cores", cores)
                .put("mb_per_second", bytes / 1e6 / seconds())
                .put("tokens_per_second_per_core", Math.round(share * Math.max(0, tokens) / seconds() / cores));
    }

    private static long tokens(DatasetSnapshot snapshot) {
        return snapshot.tokens(Split.TRAIN) + snapshot.tokens(Split.VALIDATION);
    }

    private static String outcome(SnapshotCommit.Result result) {
        return result.outcome().name().toLowerCase(Locale.ROOT);
    }

    private double seconds() {
        return (System.nanoTime() - begin) / 1e9;
    }

    /**
     * The fields that the settings name, held against the first document. Documents of JSON lines may lack any, and a
     * later file of Parquet counts as bad, so a name that is mistyped shows nowhere else in time.
     */
    static final class FirstDocument {
        private FirstDocument() {}

        /**
         * What the first document of these units lacks, for people; empty if nothing, or if it cannot be read. Refuses
         * a file of Parquet without a column that the settings name.
         */
        static Optional<String> missing(Storage storage, SourceConfig source, List<WorkUnit> work) throws IOException {
            boolean anyField = !source.idField().isEmpty() || !source.columns().isEmpty();
            List<WorkUnit> read = anyField ? work : footer(source, work);
            try (var documents = new WorkUnit.Documents(storage, source, read.iterator())) {
                Optional<Document> first = documents.next();
                if (first.isEmpty()) {
                    return Optional.empty();
                }
                first.get().text().transferTo(OutputStream.nullOutputStream());
                List<String> missing = missing(first.get(), source);
                return missing.isEmpty()
                        ? Optional.empty()
                        : Optional.of("the first document, of " + documents.path() + ", has no "
                                + String.join(" and no ", missing)
                                + "; correct the setting unless other documents have it");
            } catch (BadDocumentException | BadFileException | FileNotFoundException e) {
                return Optional.empty(); // it is counted or told when all documents are read
            }
        }

        /** Of the first file, if it is Parquet: a slice without rows, so that only the columns are read. */
        private static List<WorkUnit> footer(SourceConfig source, List<WorkUnit> work) {
            return work.stream()
                    .limit(1)
                    .map(unit -> unit.slices().get(0).file())
                    .filter(file -> FileFormat.of(file.path(), source).format() == SourceConfig.SourceFormat.PARQUET)
                    .map(file -> new WorkUnit(List.of(new Slice(file, 0, 0))))
                    .toList();
        }

        private static List<String> missing(Document document, SourceConfig source) {
            List<String> missing = new ArrayList<>();
            if (!source.idField().isEmpty() && document.givenId().isEmpty()) {
                missing.add(source.idField() + " (data.source.id-field)");
            }
            for (String column : source.columns()) {
                if (!document.columns().containsKey(column)) {
                    missing.add(column + " (data.source.columns)");
                }
            }
            return missing;
        }
    }
}
