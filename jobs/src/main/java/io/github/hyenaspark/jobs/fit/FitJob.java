package io.github.hyenaspark.jobs.fit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.task.TaskInput;
import io.github.hyenaspark.data.token.DnaTokenizer;
import io.github.hyenaspark.data.token.SymbolTokenizer;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.JobCommand.Job;
import io.github.hyenaspark.jobs.cli.Stop;
import io.github.hyenaspark.jobs.prepare.PrepareJob;
import io.github.hyenaspark.jobs.report.page.FitPage;
import io.github.hyenaspark.jobs.report.page.PageFile;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import io.github.hyenaspark.jobs.spark.run.DirectoryKind;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.TaskWatch;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.jobs.train.TrainSettings.CheckpointConfig;
import io.github.hyenaspark.operator.head.LabelHead;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command {@code fit}: from documents with labels to models that predict them, measured by cross-validation. */
public final class FitJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(FitJob.class);
    private static final List<String> SECTIONS = List.of("checkpoint", "data", "fit", "model", "run", "task", "train");

    /** What does not decide how a fitting ends: where it is run, and what it sees to itself. */
    private static final Set<String> FREE = Set.of(
            "data.dataset",
            "data.dry-run",
            "data.input",
            "data.on-changed",
            "data.prune",
            "run.dir",
            "run.dry-run",
            "run.progress",
            "run.allow-inexact-resume",
            "run.merge",
            "run.stop-after-rounds",
            "run.store-patience-seconds");

    @Override
    public Derived derived(Settings settings) throws IOException {
        return Derived.defaults(defaults(settings));
    }

    /**
     * Those of a fitting that was begun, which it remembers; else the architecture of a pretrained model, and the
     * recipe for small sets of documents.
     */
    public static List<String> defaults(Settings settings) throws IOException {
        Storage storage = SparkRuntime.storage();
        String run = settings.bind("run", RunConfig.class).dir();
        Refusal.unless(!run.isBlank(), "run.dir", "nothing", "the directory of the fitting");
        DataConfig data = settings.bind("data", DataConfig.class);
        var directory = new FittingDirectory(run);
        String there = directory.settings();
        if (storage.exists(there) && (data.input().isBlank() || isBegun(storage, directory))) {
            List<String> remembered =
                    new ArrayList<>(ResumeCompatibility.arguments(Json.parse(there, storage.read(there))));
            remembered.removeIf(argument -> argument.startsWith("run.dir="));
            return remembered;
        }
        List<String> derived = new ArrayList<>(FitSettings.RECIPE);
        Optional<TaskInput> task = PrepareJob.task(settings);
        if (task.isPresent()) {
            derived.addAll(task.get().labelledSettings());
        }
        if (task.isPresent() || !data.validationDocuments().isEmpty()) {
            derived.add("fit.folds=0");
        }
        String pretrained = settings.bind("fit", FitConfig.class).pretrained();
        if (!pretrained.isBlank()) {
            TrainedRun begin = TrainedRun.ofRunOrExport(storage, pretrained, TrainedRun.NEWEST);
            byte[] section = begin.settings().renderSections(List.of("model")).getBytes(StandardCharsets.UTF_8);
            JsonNode model = Json.parse("the settings of " + pretrained, section);
            derived.add("data.tokenizer=" + begin.tokenizer().name());
            derived.removeIf(argument -> argument.startsWith("model."));
            derived.addAll(ResumeCompatibility.arguments(model));
            derived.add("fit.max-length=" + begin.model().lMax());
        }
        return derived;
    }

    @Override
    public void run(Settings settings, Console console) throws IOException {
        long begin = System.nanoTime();
        Storage storage = SparkRuntime.storage();
        RunConfig run = settings.bind("run", RunConfig.class);
        refuseWhatIsNoFitting(settings);
        var directory = new FittingDirectory(run.dir());
        remember(storage, settings, directory);
        String result = directory.result();
        if (storage.exists(result)) {
            LOG.info("nothing to do: {} has the result of these settings", run.dir());
            ObjectNode json = (ObjectNode) Json.parse(result, storage.read(result));
            console.result(json.put("outcome", "unchanged"));
            return;
        }
        console.stop().with(Stop.CONTINUES);
        int threads = settings.bind("train", TrainConfig.class).threads();
        try (SparkRuntime runtime = SparkRuntime.start("hyena fit " + run.dir(), threads)) {
            var observer = new Watching(run.progress(), console);
            Fitting fitting = fitting(settings, runtime.context(), observer);
            Fitting.Outcome outcome = fitting.run();
            outcome.model().write(storage, directory.model());
            boolean hasFolds = settings.bind("fit", FitConfig.class).folds() > 0;
            ObjectNode json = report(directory, fitting.labels(), outcome, hasFolds)
                    .put("seconds", (System.nanoTime() - begin) / 1e9)
                    .put("cpu_seconds", cpuSeconds());
            var lines = new PredictionLines(fitting.labels(), outcome.tested(), outcome.predictions());
            storage.delete(directory.predictions()); // of a fitting that was killed before its result was there
            storage.write(directory.predictions(), lines);
            PageFile.replace(storage, directory.report(), () -> FitPage.html(json, figures(fitting.labels(), outcome)));
            storage.replace(result, Json.bytes(json));
            console.result(json);
        }
    }

    /** Refuses settings of a training, or of preparing, that ask for what is no fitting. */
    public static void refuseWhatIsNoFitting(Settings settings) {
        Refusal.unless(
                settings.changes(List.of("train")).stream().noneMatch(change -> change.startsWith("train.rounds=")),
                "train.rounds",
                "a number",
                "none: fit.epochs decides how many rounds there are");
        RunConfig run = settings.bind("run", RunConfig.class);
        boolean named =
                List.of(TrainedRun.NEWEST, TrainedRun.BEST, TrainedRun.AVERAGE).contains(run.checkpoint());
        Refusal.unless(named, "run.checkpoint", run.checkpoint(), "newest, best or average: of every model");
        boolean dry = settings.bind("data", DataConfig.class).dryRun();
        Refusal.unless(!run.dryRun(), "run.dry-run", true, "false: a fitting has no dry run");
        Refusal.unless(!dry, "data.dry-run", true, "false: a fitting has no dry run");
        Refusal.unless(
                run.stopAfterRounds() == 0,
                "run.stop-after-rounds",
                run.stopAfterRounds(),
                "0: a fitting that is stopped with SIGTERM goes on when it is started again");
    }

    private static void refuseTheAverageOfOne(Settings settings) {
        String checkpoint = settings.bind("run", RunConfig.class).checkpoint();
        boolean several = settings.bind("checkpoint", CheckpointConfig.class).keep() > 1;
        Refusal.unless(
                several || !checkpoint.equals(TrainedRun.AVERAGE),
                "run.checkpoint",
                checkpoint,
                "newest or best, or with it checkpoint.keep=N and checkpoint.every-rounds: here one is kept");
    }

    /**
     * Runs a fitting in an application's session, whose jobs have their names again afterwards. It wants the model
     * alone, so there are no pages and pictures.
     *
     * @param names is told the names of the model's outputs before it is trained, and may refuse them
     */
    public static FittedModel fit(Settings settings, SparkSession session, Consumer<List<String>> names)
            throws IOException {
        refuseTheAverageOfOne(settings);
        var silent = new Fitting.Observer() {
            @Override
            public Progress progress(Progress.Task work) {
                var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
                return Progress.open(Progress.Style.PLAIN, work, nowhere);
            }

            @Override
            public void runs(Optional<AveragingDriver> driver) {}

            @Override
            public boolean wantsReports() {
                return false;
            }
        };
        JavaSparkContext context = SparkRuntime.of(session).context();
        var jobs = TaskWatch.Names.of(context);
        try {
            Fitting fitting = fitting(settings, context, silent);
            names.accept(fitting.labels().names());
            return fitting.run().model();
        } finally {
            jobs.restore(context);
        }
    }

    /** Whether the tokenizer of these settings skips white space, so that a text of nothing else has no tokens. */
    public static boolean skipsSpace(Settings settings) {
        String tokenizer = settings.bind("data", DataConfig.class).tokenizer();
        return tokenizer.equals(DnaTokenizer.NAME) || SymbolTokenizer.isNameOf(tokenizer);
    }

    /** The documents become a dataset, and what is to be learnt of it is read. */
    private static Fitting fitting(Settings settings, JavaSparkContext context, Fitting.Observer observer)
            throws IOException {
        Storage storage = SparkRuntime.storage();
        String run = settings.bind("run", RunConfig.class).dir();
        Optional<TaskInput> task = PrepareJob.task(settings);
        if (task.isPresent()) {
            task.get().writeLabelled(storage, TaskInput.directory(run));
        }
        var documents = FitDocuments.of(settings, storage);
        DatasetSnapshot snapshot = documents.snapshot(context, observer);
        var own = new FitSettings(settings, documents.spec().config(), run);
        own.withoutEffect().forEach(LOG::warn); // not refused: a file of settings may be for a training too
        Tokenizer tokenizer = documents.spec().tokenizer(storage);
        Optional<Beginning> beginning = documents.beginning(settings);
        var fitting = new Fitting(context, storage, own, snapshot, tokenizer, beginning, observer);
        documents.keep(snapshot, fitting.folds(), beginning);
        return fitting;
    }

    /** Whether the first model may have begun; until then other settings replace those that were given first. */
    private static boolean isBegun(Storage storage, FittingDirectory run) throws IOException {
        return FitDocuments.areKept(storage, run) || storage.exists(run.result());
    }

    /** Refuses settings that differ from those with which the first model was begun, and another's directory. */
    private static void remember(Storage storage, Settings settings, FittingDirectory run) throws IOException {
        String uri = run.settings();
        byte[] now = settings.renderSections(SECTIONS).getBytes(StandardCharsets.UTF_8);
        boolean isKnown = storage.exists(uri);
        boolean isBegun = isBegun(storage, run);
        if (!isKnown && !isBegun) {
            DirectoryKind.FITTING.refuseIfOther(storage, "run.dir", run.uri());
            String found = run.uri() + ", which has a dataset in " + run.dataset();
            String expected = "one for the new fitting alone, which makes its own there; choose another directory";
            Refusal.unless(!DirectoryKind.DATASET.isIn(storage, run.dataset()), "run.dir", found, expected);
        }
        if (!isKnown || !isBegun) {
            refuseTheAverageOfOne(settings);
            storage.replace(uri, now);
            return;
        }
        String stored = new String(storage.read(uri), StandardCharsets.UTF_8); // what is newer has its default
        Map<String, String> before =
                flat(uri, Settings.ofJson(stored).renderSections(SECTIONS).getBytes(StandardCharsets.UTF_8));
        Map<String, String> after = flat(uri, now);
        List<String> differences = new ArrayList<>();
        Set<String> keys = new LinkedHashSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (String key : keys) {
            String then = before.getOrDefault(key, "nothing");
            String is = after.getOrDefault(key, "nothing");
            if (!FREE.contains(key) && !then.equals(is)) {
                differences.add(key + " was " + then + " and is " + is);
            }
        }
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException("the fitting in " + run.uri() + " was started with other settings: "
                    + String.join("; ", differences) + ". Leave them out to go on, or choose another run.dir");
        }
    }

    private static Map<String, String> flat(String uri, byte[] json) throws IOException {
        Map<String, String> flat = new TreeMap<>();
        Json.flat(Json.parse(uri, json)).forEach((key, value) -> flat.put(key, value.toString()));
        return flat;
    }

    private static ObjectNode report(FittingDirectory run, LabelSet labels, Fitting.Outcome outcome, boolean hasFolds) {
        ObjectNode json = Json.object()
                .put("outcome", "created")
                .put("run", run.uri())
                .put("model", run.model())
                .put("task", labels.task().name().toLowerCase(Locale.ROOT));
        ArrayNode classes = json.putArray("classes");
        labels.names().forEach(classes::add);
        json.put("documents", labels.documents().size());
        List<Map<String, Double>> folds = new ArrayList<>();
        for (int fold = 0; fold < outcome.tested().size(); fold++) {
            folds.add(LabelMetrics.of(
                    labels.task(),
                    outcome.predictions().get(fold),
                    targets(labels, outcome.tested().get(fold))));
        }
        for (String name : folds.get(0).keySet()) {
            double[] values = folds.stream().mapToDouble(fold -> fold.get(name)).toArray();
            LabelMetrics.putOverFolds(json, name, values, hasFolds);
        }
        return json.put("epochs", outcome.epochs());
    }

    private static double[][] targets(LabelSet labels, int[] documents) {
        return Arrays.stream(documents)
                .mapToObj(document -> labels.targets()[document])
                .toArray(double[][]::new);
    }

    private static FitPage.Predictions figures(LabelSet labels, Fitting.Outcome outcome) {
        List<double[]> predicted = new ArrayList<>();
        List<double[]> targets = new ArrayList<>();
        for (int fold = 0; fold < outcome.tested().size(); fold++) {
            predicted.addAll(List.of(outcome.predictions().get(fold)));
            targets.addAll(List.of(targets(labels, outcome.tested().get(fold))));
        }
        double[][] all = predicted.toArray(double[][]::new);
        double[][] found = targets.toArray(double[][]::new);
        boolean classes = labels.task() == LabelHead.Task.CLASSIFICATION;
        int[] likeliest =
                classes ? Arrays.stream(all).mapToInt(LabelMetrics::likeliest).toArray() : new int[0];
        return new FitPage.Predictions(labels.names(), all, found, likeliest, outcome.curves());
    }

    /** Of this process, which does everything in local mode; NaN on a Java that does not know. */
    private static double cpuSeconds() {
        try {
            Object nanos = ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME), "ProcessCpuTime");
            return ((Number) nanos).doubleValue() / 1e9;
        } catch (JMException e) {
            return Double.NaN;
        }
    }

    /** Progress on the console; a stop saves the model that is being trained. */
    private record Watching(Progress.Style style, Console console) implements Fitting.Observer {
        @Override
        public Progress progress(Progress.Task work) {
            return Progress.open(style, work, console.messages());
        }

        @Override
        public void runs(Optional<AveragingDriver> driver) {
            console.stop()
                    .with(
                            driver.isEmpty()
                                    ? Stop.CONTINUES
                                    : new Stop.Last() {
                                        @Override
                                        public void save() throws IOException {
                                            driver.get().stop();
                                        }

                                        @Override
                                        public String says(String why) {
                                            return driver.get().standing(why);
                                        }
                                    });
        }
    }
}
