package io.github.hyenaspark.jobs.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.task.TaskInput;
import io.github.hyenaspark.data.token.SymbolTokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.bench.StepBenchJob;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.cli.JobCommand.Job;
import io.github.hyenaspark.jobs.cli.Stop;
import io.github.hyenaspark.jobs.infer.EvaluateJob;
import io.github.hyenaspark.jobs.prepare.PrepareJob;
import io.github.hyenaspark.jobs.report.journal.Journal;
import io.github.hyenaspark.jobs.report.page.CompareFindings;
import io.github.hyenaspark.jobs.report.page.ComparePage;
import io.github.hyenaspark.jobs.report.page.PageFile;
import io.github.hyenaspark.jobs.report.page.RunFigures;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.jobs.train.TrainJob;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains several mixers on the same data at several lengths, one run per cell, measures the speed of steps, and plots
 * both. Each cell is a run like any other, so a finished cell is not trained again.
 */
public final class CompareJob {
    private static final Logger LOG = LoggerFactory.getLogger(CompareJob.class);
    private static final String DIVERGED = "diverged";
    private static final String ACCURACY = "last_token_accuracy";

    private final long begin = System.nanoTime();
    private final Storage storage = SparkRuntime.storage();
    private final Config config;
    private final Settings settings;
    private final Console console;
    private final TrainConfig train;
    private final boolean task;
    private final long tokensPerStep;
    private final Map<Integer, Settings> taskData = new HashMap<>();

    private CompareJob(Settings settings, Console console) throws IOException {
        this.settings = settings;
        this.console = console;
        config = settings.bind("compare", Config.class);
        train = settings.bind("train", TrainConfig.class);
        RunConfig run = settings.bind("run", RunConfig.class);
        String whole = "0, since compare trains every cell to its end; take fewer train.rounds";
        Refusal.unless(run.stopAfterRounds() == 0, "run.stop-after-rounds", run.stopAfterRounds(), whole);
        String real = "false, since compare needs what it trains; train tells what one cell takes";
        Refusal.unless(!run.dryRun(), "run.dry-run", true, real);
        Refusal.unless(
                train.mode() != TrainConfig.RoundMode.DEADLINE,
                "train.mode",
                "deadline",
                "sync: by a deadline a slower mixer trains on fewer tokens");
        DataConfig data = settings.bind("data", DataConfig.class);
        task = TaskInput.isTask(data.input());
        if (task && !data.dataset().isBlank()) {
            throw new IllegalArgumentException(
                    "data.dataset: found " + data.dataset() + " beside data.input=" + data.input()
                            + ", expected only one of them: compare makes the examples of a task itself, in compare.dir");
        }
        int length = task && !config.lengths().isEmpty()
                ? config.lengths().get(0)
                : settings.bind("model", ModelConfig.class).lMax();
        tokensPerStep = (long) train.batchSize() * length;
    }

    /** The command {@code compare}. What its runs began without, because an older version began them, stays so. */
    public record Command() implements Job {
        @Override
        public Derived derived(Settings settings) throws IOException {
            Storage storage = SparkRuntime.storage();
            for (String run : settings.bind("compare", Config.class).runs()) {
                Optional<CheckpointManifest> begun =
                        CheckpointStore.open(storage, run).newestManifest();
                if (begun.isPresent()) {
                    return Derived.defaults(
                            ResumeCompatibility.before(begun.get().facts().settings()));
                }
            }
            return Derived.defaults(List.of());
        }

        @Override
        public void run(Settings settings, Console console) throws IOException {
            console.stop().with(Stop.CONTINUES);
            new CompareJob(settings, console).run();
        }
    }

    private void run() throws IOException {
        config.mixers().forEach(mixer -> of(mixer).bind("model", ModelConfig.class)); // refuses before any is trained
        if (!task && !config.lengths().isEmpty()) {
            config.lengths().forEach(this::checkBatch);
            checkHeldOut(settings);
        }
        ObjectNode result =
                Json.object().put("equal", SettingNames.of(config.equal())).put("threads", train.threads());
        ArrayNode cells = result.putArray("cells");
        for (int length : config.lengths()) {
            Settings data = task ? data(length) : settings.with(List.of("model.l-max=" + length));
            if (task) {
                checkHeldOut(data);
            }
            for (Mixer mixer : config.mixers()) {
                for (double rate : rates()) {
                    TrainJob.check(cell(data, mixer, length, config.name(mixer, length, rate)));
                }
            }
        }
        if (!config.lengths().isEmpty()) { // one session, so that no cell's time has the start of another
            try (SparkRuntime session = SparkRuntime.start("hyena compare " + config.dir(), train.threads())) {
                LOG.info("comparing in Spark application {}", session.applicationId());
                cells(cells);
            }
        }
        result.putArray("speeds");
        write(result); // a speed that cannot be measured does not hide what was trained
        result.set("speeds", speeds());
        JsonNode findings = write(result);
        console.result(Json.object()
                .put("page", place("compare.html"))
                .put("figures", place("compare.json"))
                .put("cells", cells.size())
                .<ObjectNode>set("findings", findings)
                .put("seconds", (System.nanoTime() - begin) / 1e9));
    }

    /** With its findings, which are returned. */
    private JsonNode write(ObjectNode result) throws IOException {
        ArrayNode findings = result.putArray("findings");
        CompareFindings.of(result).forEach(findings::add);
        storage.replace(place("compare.json"), Json.bytes(result));
        PageFile.replace(storage, place("compare.html"), () -> ComparePage.html(result));
        return findings;
    }

    private void cells(ArrayNode cells) throws IOException {
        for (int length : config.lengths()) {
            Settings data = data(length);
            for (Mixer mixer : config.mixers()) {
                List<JsonNode> ofMixer = new ArrayList<>();
                for (double rate : rates()) {
                    boolean last = ofMixer.size() + 1 >= config.rates().size();
                    boolean needed = last && ofMixer.stream().allMatch(cell -> cell.has(DIVERGED));
                    ofMixer.add(cell(data, mixer, length, rate, needed));
                }
                ofMixer.forEach(cells::add);
            }
        }
    }

    private Settings of(Mixer mixer) {
        return settings.with(List.of("model.mixer=" + mixer.settingName()));
    }

    private String place(String name) {
        return Storage.resolve(config.dir(), name);
    }

    /** Steps have as many tokens at every length. */
    private void checkBatch(int length) {
        Refusal.unless(
                tokensPerStep % length == 0,
                "compare.lengths",
                length,
                "a divisor of " + tokensPerStep + ", the tokens of a step (train.batch-size times model.l-max)");
    }

    private void checkHeldOut(Settings data) throws IOException {
        if (snapshot(data).documents(Split.VALIDATION) == 0) {
            throw new IllegalArgumentException("data.dataset: found no held-out document in "
                    + data.bind("data", DataConfig.class).dataset()
                    + ", expected some, because mixers are compared on them; prepare another dataset with"
                    + " data.validation-documents or a larger data.validation-fraction");
        }
    }

    /** Sequences per step; a task has as many examples at every length. */
    private long batch(int length) {
        return task && config.lengths().contains(length) ? train.batchSize() : Math.max(1, tokensPerStep / length);
    }

    /** Settings with the dataset for a length; that of a task is made first. */
    private Settings data(int length) throws IOException {
        if (!task) {
            return settings.with(List.of("model.l-max=" + length, "data.snapshot=" + firstSnapshot()));
        }
        if (taskData.containsKey(length)) {
            return Objects.requireNonNull(taskData.get(length));
        }
        Settings ofLength = settings.with(List.of("task.length=" + length, "data.dataset=" + place("task-" + length)));
        TaskInput input = PrepareJob.task(ofLength).orElseThrow();
        List<String> needed = new ArrayList<>(input.settings());
        needed.add("model.l-max=" + input.sequenceLength());
        Settings data = ofLength.with(needed);
        result(new PrepareJob.Command(), data);
        taskData.put(length, data);
        return data;
    }

    /** The snapshot that the comparison used when it first started: the dataset may have grown since. */
    private String firstSnapshot() throws IOException {
        String place = place("snapshot.json");
        if (!storage.exists(place)) {
            DatasetSnapshot first = snapshot(settings);
            byte[] facts = Json.bytes(
                    Json.object().put("snapshot", Long.toString(first.number())).put("sha256", first.sha256()));
            storage.write(place, out -> out.write(facts));
        }
        String named = settings.bind("data", DataConfig.class).snapshot();
        return named.isBlank() ? theFirst(Json.parse(place, storage.read(place))) : named;
    }

    /** A comparison that 0.1 began knows no hash. */
    private String theFirst(JsonNode first) throws IOException {
        String number = first.path("snapshot").asText();
        DatasetSnapshot there = snapshot(settings.with(List.of("data.snapshot=" + number)));
        Refusal.unless(
                !first.has("sha256")
                        || there.sha256().equals(first.get("sha256").asText()),
                "compare.dir",
                config.dir() + ", a comparison on another dataset than "
                        + settings.bind("data", DataConfig.class).dataset(),
                "a directory of its own for each dataset");
        return number;
    }

    /** What each cell is trained with, in runs of their own. */
    private List<Double> rates() {
        return config.rates().isEmpty() ? List.of(train.lr()) : config.rates();
    }

    /** The settings of a cell but for its learning rates and rounds. */
    private Settings cell(Settings data, Mixer mixer, int length, String name) {
        return data.with(List.of(
                "model.mixer=" + mixer.settingName(),
                "train.batch-size=" + batch(length),
                "run.validate-every-rounds=0", // it is evaluated after training
                "run.patience=0",
                "run.dir=" + place(name)));
    }

    /** One that diverged has no loss, and ends the comparison only if it is needed. */
    private JsonNode cell(Settings data, Mixer mixer, int length, double rate, boolean needed) throws IOException {
        String name = config.name(mixer, length, rate);
        String run = place(name);
        LOG.info("{}: {}", name, run);
        Settings cell = cell(data, mixer, length, name)
                .with(List.of(
                        "train.lr=" + rate,
                        "train.min-lr=" + Math.min(rate, train.minLr() * (rate / train.lr())),
                        "train.matrix-lr=" + train.matrixLr() * (rate / train.lr()),
                        "train.filter-lr=" + train.filterLr() * (rate / train.lr()),
                        "train.rounds=" + rounds(mixer, length)));
        ObjectNode json = Json.object()
                .put("mixer", mixer.settingName())
                .put("length", length)
                .put("batch", batch(length))
                .put("lr", rate)
                .put("seed", train.seed())
                .put("run", run)
                .put("report", name + "/report.html");
        try {
            result(new TrainJob.Command(false), cell);
        } catch (IllegalStateException e) {
            if (needed || ExitCode.of(e) != ExitCode.DIVERGED) {
                throw e;
            }
            LOG.warn("the comparison goes on without {}: {}", name, e.getMessage());
            return json.put(DIVERGED, true);
        }
        JsonNode evaluated = result(EvaluateJob::run, cell);
        json.set("parameters", evaluated.get("parameters"));
        json.set("loss", evaluated.get("loss"));
        json.set("bits_per_byte", evaluated.get("bits_per_byte"));
        if (SymbolTokenizer.isNameOf(snapshot(cell).vocabulary().tokenizer())) { // its last token is an answer
            json.set(ACCURACY, evaluated.get(ACCURACY));
        }
        var figures = new RunFigures();
        Journal.read(storage, run, figures::add);
        json.set("curve", figures.lossCurve());
        return json;
    }

    /** The rounds of a cell: those of the first mixer, or as many as fit in the same time. */
    private long rounds(Mixer mixer, int length) throws IOException {
        Mixer first = config.mixers().get(0);
        if (config.equal() == Config.Equal.TOKENS || mixer == first) {
            return train.rounds();
        }
        String key = "tokens_per_second";
        double faster = speed(mixer, length).path(key).asDouble()
                / speed(first, length).path(key).asDouble();
        return Math.max(1, Math.round(train.rounds() * faster));
    }

    private DatasetSnapshot snapshot(Settings settings) throws IOException {
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        return DatasetSnapshot.numbered(storage, data.dataset(), data.snapshot());
    }

    private JsonNode result(Job job, Settings of) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var results = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            job.run(of, console.withResults(results));
        }
        return Json.parse("the result of a cell", bytes.toByteArray());
    }

    private ArrayNode speeds() throws IOException {
        var lengths = new TreeSet<>(config.speedLengths());
        if (config.equal() == Config.Equal.TIME) {
            lengths.addAll(config.lengths());
        }
        ArrayNode speeds = Json.array();
        for (int length : lengths) {
            for (Mixer mixer : config.mixers()) {
                speeds.add(speed(mixer, length));
            }
        }
        return speeds;
    }

    /** The speed of a step; measured once per shape. */
    private JsonNode speed(Mixer mixer, int length) throws IOException {
        long batch = batch(length);
        int dataOf = config.lengths().isEmpty() ? length : config.lengths().get(0);
        Settings shape = config.lengths().contains(length) // a task's sequences may be somewhat longer than its length
                ? data(length)
                : data(dataOf).with(List.of("model.l-max=" + length));
        Settings cell = shape.with(List.of("model.mixer=" + mixer.settingName(), "train.batch-size=" + batch));
        int vocabularySize = snapshot(cell).vocabulary().size();
        String name = String.format(
                Locale.ROOT,
                "speed/%s-%d-%d-%s.json",
                mixer.settingName(),
                length,
                batch,
                StepBenchJob.fingerprint(cell, vocabularySize));
        if (!storage.exists(place(name))) {
            LOG.info("measuring steps of {} at length {}", mixer.settingName(), length);
            JsonNode found = StepBenchJob.measureInOwnJvm(cell, vocabularySize);
            ObjectNode measured = Json.object()
                    .put("mixer", mixer.settingName())
                    .put("length", length)
                    .put("batch", batch)
                    .put("parameters", found.path("parameters").asLong())
                    .put("tokens_per_second", found.path("tokens_per_second").asDouble())
                    .put("memory_mib", found.path("held_mib").asDouble());
            storage.write(place(name), out -> out.write(Json.bytes(measured)));
        }
        return Json.parse(place(name), storage.read(place(name)));
    }

    /** The section {@code compare}; {@code reference.conf} describes its keys. */
    record Config(
            String dir,
            List<Mixer> mixers,
            List<Integer> lengths,
            Equal equal,
            List<Double> rates,
            List<Integer> speedLengths) {
        Config {
            Refusal.unless(!dir.isBlank(), "dir", "nothing", "a directory for the comparison");
            mixers = unique("mixers", mixers);
            lengths = unique("lengths", lengths);
            rates = unique("rates", rates);
            speedLengths = unique("speed-lengths", speedLengths);
            Refusal.unless(
                    !mixers.isEmpty() && !(lengths.isEmpty() && speedLengths.isEmpty()),
                    "mixers, lengths, speed-lengths",
                    mixers.size() + ", " + lengths.size() + ", " + speedLengths.size() + " of them",
                    "a mixer and a length");
            positive("lengths", lengths);
            positive("rates", rates);
            positive("speed-lengths", speedLengths);
        }

        /** The name of a run in the directory of the comparison. */
        String name(Mixer mixer, int length, double rate) {
            return mixer.settingName() + "-" + length + (rates.isEmpty() ? "" : "-lr" + rate);
        }

        /** The directories of all runs. */
        List<String> runs() {
            List<String> runs = new ArrayList<>();
            for (int length : lengths) {
                for (Mixer mixer : mixers) {
                    for (double rate : rates.isEmpty() ? List.of(0.0) : rates) {
                        runs.add(Storage.resolve(dir, name(mixer, length, rate)));
                    }
                }
            }
            return runs;
        }

        enum Equal {
            /** The rounds, and so the tokens. */
            TOKENS,
            /** The time: the first mixer trains all rounds, the others as many as their speed allows. */
            TIME
        }

        private static <T> List<T> unique(String key, List<T> values) {
            Refusal.unless(values.stream().distinct().count() == values.size(), key, values, "each once");
            return List.copyOf(values);
        }

        private static void positive(String key, List<? extends Number> values) {
            boolean fits = values.stream().allMatch(value -> value.doubleValue() > 0);
            Refusal.unless(fits, key, values, "numbers above 0");
        }
    }
}
