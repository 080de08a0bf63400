package io.github.hyenaspark.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.SymbolTokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.CompareFindings;
import io.github.hyenaspark.jobs.report.ComparePage;
import io.github.hyenaspark.jobs.report.RunFigures;
import io.github.hyenaspark.jobs.report.RunLog;
import io.github.hyenaspark.jobs.spark.RunTokenizer;
import io.github.hyenaspark.jobs.spark.SparkRuntime;
import io.github.hyenaspark.jobs.spark.TrainedRun;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.Mixer;
import io.github.hyenaspark.train.StepBenchmark;
import io.github.hyenaspark.train.StepMeasurement;
import io.github.hyenaspark.train.StepMemory;
import io.github.hyenaspark.train.StepShape;
import io.github.hyenaspark.train.TrainConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains each of some mixers on the same tokens at each of some lengths, a run for every cell, measures how fast steps
 * are, and draws both. Cells that are done are not done again: each is a run like any other.
 */
final class CompareJob {
    private static final Logger LOG = LoggerFactory.getLogger(CompareJob.class);
    private static final double MEBIBYTE = 1 << 20;
    private static final String ACCURACY = "last_token_accuracy";

    private final long begin = System.nanoTime();
    private final Storage storage = SparkRuntime.storage();
    private final CompareConfig config;
    private final Settings settings;
    private final Console console;
    private final long tokensPerStep;

    private CompareJob(Settings settings, Console console) throws IOException {
        this.settings = settings;
        this.console = console;
        config = settings.bind("compare", CompareConfig.class);
        tokensPerStep = (long) settings.bind("train", TrainConfig.class).batchSize()
                * settings.bind("model", ModelConfig.class).lMax();
    }

    static void run(Settings settings, Console console) throws IOException {
        new CompareJob(settings, console).run();
    }

    private void run() throws IOException {
        for (int length : config.lengths()) {
            checkBatch("compare.lengths", length);
        }
        for (int length : config.speedLengths()) {
            checkBatch("compare.speed-lengths", length);
        }
        ObjectNode result = Json.object()
                .put("tokens_per_step", tokensPerStep)
                .put("threads", settings.bind("train", TrainConfig.class).threads());
        ArrayNode cells = result.putArray("cells");
        for (int length : config.lengths()) {
            for (Mixer mixer : config.mixers()) {
                cells.add(cell(mixer, length));
            }
        }
        String first = cells.get(0).path("run").asText();
        result.set("speeds", speeds(TrainedRun.open(storage, first).vocabularySize()));
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
    private void checkBatch(String key, int length) {
        if (length < 1 || tokensPerStep % length != 0) {
            throw new IllegalArgumentException(key + ": found " + length + ", expected a divisor of " + tokensPerStep
                    + ", the tokens of a step (train.batch-size times model.l-max)");
        }
    }

    private Settings of(Mixer mixer, int length, String run) {
        return settings.with(List.of(
                "model.mixer=" + mixer.settingName(),
                "model.l-max=" + length,
                "train.batch-size=" + tokensPerStep / length,
                "run.dir=" + run));
    }

    private JsonNode cell(Mixer mixer, int length) throws IOException {
        String run = place(mixer.settingName() + "-" + length);
        LOG.info("{} at length {}: {}", mixer.settingName(), length, run);
        Settings cell = of(mixer, length, run);
        result(quiet -> new TrainJob.Command().run(cell, quiet));
        JsonNode evaluated = result(quiet -> EvaluateJob.run(cell, quiet));
        ObjectNode json = Json.object()
                .put("mixer", mixer.settingName())
                .put("length", length)
                .put("batch", tokensPerStep / length)
                .put("run", run);
        json.set("loss", evaluated.get("loss"));
        json.set("bits_per_byte", evaluated.get("bits_per_byte"));
        String tokenizer = RunTokenizer.read(storage, run).name();
        if (SymbolTokenizer.isNameOf(tokenizer) && evaluated.has(ACCURACY)) { // of a task: the last token is an answer
            json.set(ACCURACY, evaluated.get(ACCURACY));
        }
        var figures = new RunFigures();
        RunLog.read(storage, run, figures::add);
        json.set("curve", figures.lossCurve());
        return json;
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

    private ArrayNode speeds(int vocabularySize) throws IOException {
        ArrayNode speeds = Json.array();
        for (int length : config.speedLengths()) {
            for (Mixer mixer : config.mixers()) {
                String name =
                        String.format(Locale.ROOT, "speed/%s-%d-%d.json", mixer.settingName(), length, tokensPerStep);
                if (!storage.exists(place(name))) {
                    ObjectNode measured = speed(mixer, length, vocabularySize);
                    storage.write(place(name), out -> out.write(Json.bytes(measured)));
                }
                speeds.add(Json.parse(place(name), storage.read(place(name))));
            }
        }
        return speeds;
    }

    private ObjectNode speed(Mixer mixer, int length, int vocabularySize) {
        Settings cell = of(mixer, length, "");
        ModelConfig model = cell.bind("model", ModelConfig.class);
        TrainConfig train = cell.bind("train", TrainConfig.class);
        var shape = new StepShape(model, vocabularySize, train.batchSize(), length, train.threads());
        StepMeasurement found = StepBenchmark.run(shape, train, 0);
        StepMemory memory = StepMemory.of(model, vocabularySize, train);
        return Json.object()
                .put("mixer", mixer.settingName())
                .put("length", length)
                .put("batch", train.batchSize())
                .put("parameters", found.parameters())
                .put("tokens_per_second", shape.tokens() / found.wall().median())
                .put("memory_mib", (memory.offHeap() + memory.heap()) / MEBIBYTE);
    }
}
