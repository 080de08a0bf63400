package io.github.hyenaspark.jobs.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.task.TaskInput;
import io.github.hyenaspark.data.token.SymbolTokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.bench.StepProcess;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.infer.EvaluateJob;
import io.github.hyenaspark.jobs.prepare.PrepareJob;
import io.github.hyenaspark.jobs.report.journal.Journal;
import io.github.hyenaspark.jobs.report.page.CompareFindings;
import io.github.hyenaspark.jobs.report.page.ComparePage;
import io.github.hyenaspark.jobs.report.page.RunFigures;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
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
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains each of some mixers on the same data at each of some lengths, a run for every cell, measures how fast steps
 * are, and draws both. Cells that are done are not done again: each is a run like any other.
 */
public final class CompareJob {
    private static final Logger LOG = LoggerFactory.getLogger(CompareJob.class);
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
        DataConfig data = settings.bind("data", DataConfig.class);
        task = TaskInput.isTask(data.input());
        if (task && !data.dataset().isBlank()) {
            throw new IllegalArgumentException("data.dataset: found " + data.dataset() + " beside data.input="
                    + data.input() + ", expected one of them: the examples of a task are made in compare.dir, for each"
                    + " length its own");
        }
        int length = task && !config.lengths().isEmpty()
                ? config.lengths().get(0)
                : settings.bind("model", ModelConfig.class).lMax();
        tokensPerStep = (long) train.batchSize() * length;
    }

    public static void run(Settings settings, Console console) throws IOException {
        new CompareJob(settings, console).run();
    }

    private void run() throws IOException {
        if (!task && !config.lengths().isEmpty()) {
            config.lengths().forEach(this::checkBatch);
            checkHeldOut(settings);
        }
        ObjectNode result = Json.object()
                .put("equal", config.equal().name().toLowerCase(Locale.ROOT))
                .put("threads", train.threads());
        ArrayNode cells = result.putArray("cells");
        for (int length : config.lengths()) {
            Settings data = data(length);
            if (task) {
                checkHeldOut(data);
            }
            for (Mixer mixer : config.mixers()) {
                for (double rate : config.rates().isEmpty() ? List.of(train.lr()) : config.rates()) {
                    cells.add(cell(data, mixer, length, rate));
                }
            }
        }
        result.set("speeds", speeds());
        ArrayNode findings = result.putArray("findings");
        CompareFindings.of(result).forEach(findings::add);
        storage.replace(place("compare.json"), Json.bytes(result));
        storage.replace(place("compare.html"), ComparePage.html(result));
        console.result(Json.object()
                .put("page", place("compare.html"))
                .put("figures", place("compare.json"))
                .put("cells", cells.size())
                .<ObjectNode>set("findings", findings)
                .put("seconds", (System.nanoTime() - begin) / 1e9));
    }

    private String place(String name) {
        return Storage.resolve(config.dir(), name);
    }

    /** Steps have the same tokens at every length. */
    private void checkBatch(int length) {
        if (tokensPerStep % length != 0) {
            throw new IllegalArgumentException("compare.lengths: found " + length + ", expected a divisor of "
                    + tokensPerStep + ", the tokens of a step (train.batch-size times model.l-max)");
        }
    }

    private void checkHeldOut(Settings data) throws IOException {
        if (snapshot(data).documents(Split.VALIDATION) == 0) {
            throw new IllegalArgumentException("data.dataset: found no held-out document in "
                    + data.bind("data", DataConfig.class).dataset()
                    + ", expected some, as mixers are compared by what they make of them; prepare another dataset with"
                    + " data.validation-documents or a larger data.validation-fraction");
        }
    }

    /** Sequences of a step; a task has as many examples at every length. */
    private long batch(int length) {
        return task && config.lengths().contains(length) ? train.batchSize() : Math.max(1, tokensPerStep / length);
    }

    /** Settings with the dataset for a length, which is made first if it is a task's. */
    private Settings data(int length) throws IOException {
        if (!task) {
            return settings.with(List.of("model.l-max=" + length, "data.snapshot=" + firstSnapshot()));
        }
        Settings made = taskData.get(length);
        if (made == null) {
            made = taskData(length);
            taskData.put(length, made);
        }
        return made;
    }

    private Settings taskData(int length) throws IOException {
        Settings ofLength = settings.with(List.of("task.length=" + length, "data.dataset=" + place("task-" + length)));
        TaskInput input = PrepareJob.task(ofLength).orElseThrow();
        List<String> needed = new ArrayList<>(input.settings());
        needed.add("model.l-max=" + input.sequenceLength());
        Settings data = ofLength.with(needed);
        result(quiet -> new PrepareJob.Command().run(data, quiet));
        return data;
    }

    /** The snapshot that the first start of the comparison read: a dataset may grow until the next one. */
    private String firstSnapshot() throws IOException {
        String place = place("snapshot.json");
        if (!storage.exists(place)) {
            byte[] first = Json.bytes(Json.object()
                    .put("snapshot", Long.toString(snapshot(settings).number())));
            storage.write(place, out -> out.write(first));
        }
        String named = settings.bind("data", DataConfig.class).snapshot();
        return named.isBlank()
                ? Json.parse(place, storage.read(place)).path("snapshot").asText()
                : named;
    }

    private JsonNode cell(Settings data, Mixer mixer, int length, double rate) throws IOException {
        String name = mixer.settingName() + "-" + length + (config.rates().isEmpty() ? "" : "-lr" + rate);
        String run = place(name);
        LOG.info("{}: {}", name, run);
        Settings cell = data.with(List.of(
                "model.mixer=" + mixer.settingName(),
                "train.batch-size=" + batch(length),
                "train.lr=" + rate,
                "train.min-lr=" + train.minLr() * (rate / train.lr()),
                "train.filter-lr=" + train.filterLr() * (rate / train.lr()),
                "train.rounds=" + rounds(mixer, length),
                "run.validate-every-rounds=0", // it is evaluated once it has been trained
                "run.dir=" + run));
        result(quiet -> new TrainJob.Command().run(cell, quiet));
        JsonNode evaluated = result(quiet -> EvaluateJob.run(cell, quiet));
        ObjectNode json = Json.object()
                .put("mixer", mixer.settingName())
                .put("length", length)
                .put("batch", batch(length))
                .put("lr", rate)
                .put("run", run);
        json.set("loss", evaluated.get("loss"));
        json.set("bits_per_byte", evaluated.get("bits_per_byte"));
        if (SymbolTokenizer.isNameOf(snapshot(cell).vocabulary().tokenizer())) { // the last token is an answer
            json.set(ACCURACY, evaluated.get(ACCURACY));
        }
        var figures = new RunFigures();
        Journal.read(storage, run, figures::add);
        json.set("curve", figures.lossCurve());
        return json;
    }

    /** Of a cell: as many as the first mixer has, or as many as fit in the time of those. */
    private long rounds(Mixer mixer, int length) throws IOException {
        Mixer first = config.mixers().get(0);
        if (config.equal() == Config.Equal.TOKENS || mixer == first) {
            return train.rounds();
        }
        double faster = tokensPerSecond(mixer, length) / tokensPerSecond(first, length);
        return Math.max(1, Math.round(train.rounds() * faster));
    }

    private double tokensPerSecond(Mixer mixer, int length) throws IOException {
        return speed(mixer, length).path("tokens_per_second").asDouble();
    }

    private DatasetSnapshot snapshot(Settings settings) throws IOException {
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        return DatasetSnapshot.numbered(storage, data.dataset(), data.snapshot());
    }

    /** A command's result line. */
    private JsonNode result(Work work) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var results = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            work.run(new Console(results, console.messages()));
        }
        return Json.parse("the result of a cell", bytes.toByteArray());
    }

    private interface Work {
        void run(Console console) throws IOException;
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

    /** Measured once for each shape of a step. */
    private JsonNode speed(Mixer mixer, int length) throws IOException {
        long batch = batch(length);
        Settings cell = data(config.lengths().isEmpty()
                        ? length
                        : config.lengths().get(0))
                .with(List.of(
                        "model.mixer=" + mixer.settingName(), "model.l-max=" + length, "train.batch-size=" + batch));
        int vocabularySize = snapshot(cell).vocabulary().size();
        String name = String.format(
                Locale.ROOT,
                "speed/%s-%d-%d-%s.json",
                mixer.settingName(),
                length,
                batch,
                StepProcess.fingerprint(cell, vocabularySize));
        if (!storage.exists(place(name))) {
            LOG.info("measuring steps of {} at length {}", mixer.settingName(), length);
            JsonNode found = StepProcess.measure(cell, vocabularySize);
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

    /**
     * The section {@code compare} of the settings.
     *
     * @param dir directory of the comparison: a run for each cell, the page and its figures
     * @param mixers that are compared, the first of them with the others
     * @param lengths of the sequences that each is trained on, tokens; of a task the symbols before the question; none
     *     to train none
     * @param equal what the runs of a length have in common
     * @param rates learning rates that every mixer is trained with at every length, of which its best counts; none for
     *     that of {@code train}
     * @param speedLengths of the sequences at which steps are measured, tokens; none to measure none
     */
    record Config(
            String dir,
            List<Mixer> mixers,
            List<Integer> lengths,
            Equal equal,
            List<Double> rates,
            List<Integer> speedLengths) {
        Config {
            if (dir.isBlank()) {
                throw new IllegalArgumentException(
                        "dir: found \"" + dir + "\", expected a directory for the comparison");
            }
            mixers = unique("mixers", mixers);
            lengths = unique("lengths", lengths);
            rates = unique("rates", rates);
            speedLengths = unique("speed-lengths", speedLengths);
            if (mixers.isEmpty() || (lengths.isEmpty() && speedLengths.isEmpty())) {
                throw new IllegalArgumentException("mixers, lengths, speed-lengths: found " + mixers.size() + ", "
                        + lengths.size() + ", " + speedLengths.size() + " of them, expected a mixer and a length");
            }
            positive("lengths", lengths);
            positive("rates", rates);
            positive("speed-lengths", speedLengths);
        }

        /** What the runs of a length have in common. */
        enum Equal {
            /** All have the same rounds, and so the same tokens. */
            TOKENS,
            /** The first mixer has all rounds, the others as many as their measured steps allow in its time. */
            TIME
        }

        private static <T> List<T> unique(String key, List<T> values) {
            if (values.stream().distinct().count() < values.size()) {
                throw new IllegalArgumentException(key + ": found " + values + ", expected each once");
            }
            return List.copyOf(values);
        }

        private static void positive(String key, List<? extends Number> values) {
            if (values.stream().anyMatch(value -> !(value.doubleValue() > 0))) {
                throw new IllegalArgumentException(key + ": found " + values + ", expected numbers above 0");
            }
        }
    }
}
