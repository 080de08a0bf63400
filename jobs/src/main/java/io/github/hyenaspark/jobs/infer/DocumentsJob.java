package io.github.hyenaspark.jobs.infer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.Pooling;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.SparkInference.Totals;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.LossSum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The commands {@code score} and {@code embed}: a checkpoint applied to documents in files; writes Parquet. */
public final class DocumentsJob {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentsJob.class);
    private static final int TASKS_PER_SLOT = 4;
    private static final int FEWEST_TASKS = 200; // each is a step of the progress
    private static final long MIN_TASK_BYTES = 1 << 14; // a smaller task is not worth starting

    private final long begin = System.nanoTime();
    private final String command;
    private final String output;
    private final RunConfig run;
    private final Console console;
    private final DataConfig data;
    private final Collection<InputFile> files;
    private final TrainedRun trained;
    private final ResultFolder folder;

    /** Checks the input, the output and the checkpoint; the command is also the name of its section. */
    private DocumentsJob(
            String command, String output, int overlap, Settings settings, Console console, String... options)
            throws IOException {
        Storage storage = SparkRuntime.storage();
        this.command = command;
        this.output = output;
        this.console = console;
        run = settings.bind("run", RunConfig.class);
        data = settings.bind("data", DataConfig.class).qualified(storage);
        Refusal.unless(!data.input().isBlank(), "data.input", "\"\"", "a directory, a file or a glob");
        SparkInference.checkColumns(data);
        files = data.files(storage).files();
        ResultFolder.checkNamed(command + ".output", output);
        trained = TrainedRun.open(storage, run.dir(), run.checkpoint());
        Tokenizer tokenizer = trained.tokenizer();
        RunTokenizer.refuseOther(
                storage,
                data.tokenizer(),
                run.dir(),
                tokenizer.name(),
                tokenizer.fingerprint(),
                "name another run.dir");
        int longest = trained.model().lMax();
        String fitting = "less than " + longest + ", the model.l-max of the run, or -1 for half of it";
        Refusal.unless(overlap < longest, command + ".overlap", overlap, fitting);
        folder = ResultFolder.of(storage, command + ".output", output, asked(storage, options));
    }

    /** A hash of all that decides the results. */
    private String asked(Storage storage, String... options) throws IOException {
        List<String> facts = new ArrayList<>(List.of(command, String.join(" ", options)));
        facts.add(Hashes.sha256(trained.theta()) + " " + trained.tokenizer().fingerprint());
        facts.add(trained.settings().renderSections(List.of("model")));
        return Hashes.sha256(Stream.concat(facts.stream(), facts(storage, data, files)));
    }

    /** All that decides which documents there are, and their texts. There may be millions of files: one at a time. */
    public static Stream<String> facts(Storage storage, DataConfig data, Collection<InputFile> files)
            throws IOException {
        List<String> facts = new ArrayList<>();
        facts.add(new TreeMap<>(data.source().identity()).toString());
        facts.add(DatasetSpec.bedSha256(storage, data.source().fasta().bed()));
        facts.add(new TreeMap<>(data.clean().identity()).toString());
        DocumentStep.named(data.clean().steps()).forEach(step -> facts.add(step.name() + " " + step.version()));
        Stream<String> ofFiles = files.stream()
                .map(file -> String.join(
                        " ", file.path(), file.uri(), file.bytes() + "", file.modifiedMillis() + "", file.etag()));
        return Stream.concat(facts.stream(), ofFiles);
    }

    public static void score(Settings settings, Console console) throws IOException {
        ScoreConfig config = settings.bind("score", ScoreConfig.class);
        var job = new DocumentsJob(
                "score",
                config.output(),
                config.overlap(),
                settings,
                console,
                config.overlap() + "",
                config.perToken() + "");
        job.run(
                config.overlap(),
                (spark, plan) -> spark.score(plan, config.perToken()),
                (totals, result) -> {
                    result.put("bytes", totals.bytes()).put("nats", totals.nats());
                    EvaluateJob.putLoss(result, new LossSum(totals.nats(), totals.tokens()), totals.bytes());
                },
                config.top());
    }

    public static void embed(Settings settings, Console console) throws IOException {
        EmbedConfig config = settings.bind("embed", EmbedConfig.class);
        Pooling pooling = Pooling.of(config.pooling(), config.positions());
        var job = new DocumentsJob(
                "embed",
                config.output(),
                config.overlap(),
                settings,
                console,
                config.overlap() + "",
                config.pooling() + config.positions());
        job.run(
                config.overlap(),
                (spark, plan) -> spark.embed(plan, pooling),
                (totals, result) -> result.put("width", job.trained.model().dModel()),
                0);
    }

    @FunctionalInterface
    private interface Application {
        Totals apply(SparkInference spark, SparkInference.Plan plan);
    }

    /** Does nothing but print if the results are there; {@code top} is how many documents to print. */
    private void run(int overlap, Application application, BiConsumer<Totals, ObjectNode> figures, int top)
            throws IOException {
        Optional<ObjectNode> done = folder.result();
        done.ifPresent(result -> LOG.info("nothing to do: {} has these results", output));
        ObjectNode result = done.orElseGet(Json::object).put("outcome", "unchanged");
        int threads = SparkRuntime.threadsAtMost(trained.train().threads());
        if (done.isEmpty()) {
            int here = MemoryNeeds.tasksHere(threads);
            int tasks = Math.min(here, units(files, data, here).size());
            SparkInference.memory(command, trained).refuseUnlessTheyFit(tasks);
            trained.expect(2 * bytes(files)); // most tokens are read twice, a byte is one at most
            if (tasks > 0) {
                threads *= here / tasks; // this machine's cores that would have no task
            }
        }
        if (done.isEmpty() || top > 0) {
            try (SparkRuntime runtime = SparkRuntime.start("hyena " + command + " " + data.input(), threads)) {
                List<WorkUnit> units = units(files, data, runtime.taskSlots());
                var plan = new SparkInference.Plan(
                        trained, data, units, overlap, SparkRuntime.storage().qualify(output));
                var work = new Progress.Task(command, "units", done.isEmpty() ? 0 : units.size(), units.size());
                try (Progress progress = Progress.open(run.progress(), work, console.messages())) {
                    SparkInference inference = runtime.inference(progress);
                    if (done.isEmpty()) {
                        folder.begin();
                        Totals totals = application.apply(inference, plan);
                        progress.advance(units.size(), totals.documents() + " documents");
                        result = result(totals);
                        figures.accept(totals, result);
                        folder.end(result);
                    }
                    if (top > 0) {
                        inference.oddest(plan, top).forEach(console.results()::println);
                    }
                }
            }
        }
        console.result(result.put("seconds", (System.nanoTime() - begin) / 1e9));
    }

    /** Unlike {@code prepare}, whose results depend on the cuts, this fits their size to the cluster. */
    public static List<WorkUnit> units(Collection<InputFile> files, DataConfig data, int slots) {
        long tasks = Math.max(FEWEST_TASKS, (long) slots * TASKS_PER_SLOT);
        long unit = Math.max(MIN_TASK_BYTES, bytes(files) / tasks);
        return WorkUnit.cut(files, data.source(), Math.min(data.unitBytes(), unit));
    }

    public static long bytes(Collection<InputFile> files) {
        return files.stream().mapToLong(InputFile::bytes).sum();
    }

    private ObjectNode result(Totals totals) {
        if (totals.failed() > 0) {
            LOG.warn("{} of {} documents failed; their rows hold an error", totals.failed(), totals.documents());
        }
        return Json.object()
                .put("outcome", "created")
                .put("run", run.dir())
                .put("round", trained.round())
                .put("output", output)
                .put("documents", totals.documents())
                .put("failed", totals.failed())
                .put("tokens", totals.tokens());
    }

    private static void checkOverlap(String section, int overlap) {
        String expected = "0 tokens or more, or -1 for half of model.l-max";
        Refusal.unless(overlap >= -1, section + ".overlap", overlap, expected);
    }

    /** The section {@code score}; {@code reference.conf} describes its keys. */
    record ScoreConfig(String output, int overlap, boolean perToken, int top) {
        ScoreConfig {
            checkOverlap("score", overlap);
            Refusal.unless(top >= 0, "score.top", top, "how many documents to print, or 0");
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
