package io.github.hyenaspark.jobs.bench;

import static io.github.hyenaspark.jobs.bench.BenchJob.shown;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.report.journal.Journal;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import io.github.hyenaspark.jobs.spark.averaging.RunStore;
import io.github.hyenaspark.jobs.spark.averaging.RunStore.RunDirectory;
import io.github.hyenaspark.jobs.spark.averaging.SparkStateCheck;
import io.github.hyenaspark.jobs.spark.averaging.SparkWorkers;
import io.github.hyenaspark.jobs.spark.averaging.SparkWorkers.WorkerOptions;
import io.github.hyenaspark.jobs.spark.run.DirectoryKind;
import io.github.hyenaspark.jobs.spark.run.Handover;
import io.github.hyenaspark.jobs.spark.run.RunMetadata;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics;
import io.github.hyenaspark.jobs.spark.worker.ReplayedSteps;
import io.github.hyenaspark.jobs.spark.worker.WorkerComputation;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.jobs.train.TrainSettings;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.MomentLayout;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * {@code bench round}: rounds of the real driver, tasks, journal and checkpoints over any number of parameters, with
 * almost no local work. The rest is communication, phase by phase, which {@link RoundProjection} scales to more
 * executors.
 */
final class RoundBenchJob {
    private static final List<String> PHASES = List.of(
            "broadcast",
            "train",
            "guard",
            "merge",
            "outer",
            "checkpoint_wait",
            "slowest_fetch",
            "slowest_compute",
            "slowest_encode",
            "total");

    private final BenchJob.Config bench;
    private final TrainConfig train;
    private final RunConfig run;
    private final TrainSettings.CheckpointConfig checkpoint;
    private final Settings settings;
    private final Storage storage;

    private RoundBenchJob(Settings settings) throws IOException {
        this.settings = settings;
        bench = settings.bind("bench", BenchJob.Config.class);
        train = settings.bind("train", TrainConfig.class);
        run = settings.bind("run", RunConfig.class);
        checkpoint = settings.bind("checkpoint", TrainSettings.CheckpointConfig.class);
        storage = SparkRuntime.storage();
    }

    static void run(Settings settings, Console console) throws IOException {
        new RoundBenchJob(settings).run(console);
    }

    private void run(Console console) throws IOException {
        boolean temporary = run.dir().isBlank();
        String directory = storage.qualify(
                temporary ? Files.createTempDirectory("hyena-bench").toString() : run.dir());
        try {
            console.result(result(rounds(directory, console)));
        } finally {
            if (temporary) {
                storage.delete(directory);
            }
        }
    }

    private List<JsonNode> rounds(String directory, Console console) throws IOException {
        CheckpointStore checkpoints = CheckpointStore.open(storage, directory);
        boolean isRun = checkpoints.newestManifest().isPresent();
        Refusal.unless(
                !isRun, "run.dir", directory + " with checkpoints", "a directory of the benchmark's own, or none");
        DirectoryKind.RUN.refuseIfOther(storage, "run.dir", directory);
        checkpoints.beginEpoch();
        int rounds = bench.warmUpRounds() + bench.rounds();
        RunStore store =
                new RunStore(storage, new RunDirectory(directory, checkpoint.keep(), false), checkpoints, facts(), 0);
        var options = new WorkerOptions(
                run.merge(),
                checkpoints.epoch(),
                ReplayedSteps.none(),
                WorkerComputation.synthetic(bench.seconds(), bench.warmUpRounds()));
        var plan = new AveragingDriver.Plan(rounds, 0, 0, 0, checkpoint.everyRounds(), 1, checkpoint.async());
        try (SparkRuntime runtime = SparkRuntime.start("hyena bench round", train.threads());
                SparkWorkers workers = new SparkWorkers(runtime.context(), plan(directory), options);
                Progress progress = Progress.open(
                        run.progress(), new Progress.Task("bench", "rounds", 0, rounds), console.messages())) {
            if (train.workersKeepState()) {
                new SparkStateCheck(runtime.context(), directory).refuseUnlessShared(storage);
            }
            new AveragingDriver(plan, train, workers, store, progress).run(new Handover<>(start()));
        }
        List<JsonNode> entries = new ArrayList<>();
        Journal.open(storage, directory, store.journalBytes(), entries::add);
        return entries.subList(bench.warmUpRounds(), entries.size());
    }

    private RunState start() {
        float[] theta = new float[bench.parameters()];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = 0.02f * (float) StrictMath.sin(i);
        }
        TrainingState state = TrainingState.first(theta, theta.length, train.innerState());
        return new RunState(0, 0, state, new float[theta.length], List.of());
    }

    /** A plan without data or model. */
    private TrainingPlan plan(String directory) {
        var vocabulary = new Vocabulary("none", "none", 2, 1, -1);
        var snapshot = new DatasetSnapshot.Ref(directory, 1, "none", vocabulary, 0, 0);
        ModelConfig model = settings.bind("model", ModelConfig.class);
        return new TrainingPlan(
                model, train, snapshot, new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, model.lMax()), directory);
    }

    private RunMetadata facts() {
        var table = List.of(new ParameterEntry("parameters", List.of(bench.parameters()), 0, ParameterSpec.Group.BASE));
        return new RunMetadata(
                settings.render(),
                "none",
                "none",
                "none",
                2,
                Double.NaN,
                table,
                MomentLayout.of(train.optimizer(), table),
                MachineNumerics.of(train.threads()));
    }

    private ObjectNode result(List<JsonNode> rounds) {
        ObjectNode json = Json.object()
                .put("parameters", bench.parameters())
                .put("workers", train.workers())
                .put("codec", SettingNames.of(train.codec()))
                .put("inner_state", SettingNames.of(train.innerState()))
                .put("merge", SettingNames.of(run.merge()))
                .put("rounds", rounds.size());
        ObjectNode millis = json.putObject("ms");
        for (String phase : PHASES) {
            millis.put(
                    phase, median(rounds, entry -> entry.path("ms").path(phase).doubleValue()));
        }
        json.put("overhead_ms", median(rounds, RoundBenchJob::overhead));
        int workers = train.workers();
        for (String bytes : List.of("bytes_down", "bytes_up", "moment_bytes_down", "moment_bytes_up")) {
            json.put(bytes, (long) median(rounds, entry -> entry.path(bytes).doubleValue()) / workers);
        }
        json.put("gigabits", bench.gigabits());
        json.set("projection", new RoundProjection(json).to(8, 64, 512));
        return json;
    }

    /** The time of a round without the computation of the slowest worker. */
    private static double overhead(JsonNode entry) {
        JsonNode millis = entry.path("ms");
        return millis.path("total").doubleValue()
                - millis.path("slowest_compute").doubleValue();
    }

    private static double median(List<JsonNode> rounds, ToDoubleFunction<JsonNode> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /**
     * Projects the overhead of a round to more executors with one worker each, from the figures of {@code bench round}.
     * Bytes take the time that the named network needs; processing takes the time measured here; both are added as if
     * nothing overlapped. Every executor receives the state once; executors pass blocks on to one another, so the
     * driver sends it about twice, not once per executor. Averaging on the driver, it receives and decodes all K
     * results; on the executors, each sends and receives one result, and the driver receives one average.
     */
    private record RoundProjection(ObjectNode measured) {
        private static final double MILLIS = 1e3;
        private static final double BYTES_PER_GIGABIT = 1e9 / 8;
        private static final int COPIES_BY_DRIVER = 2;

        /** A projection for each number of executors, for averaging on the driver and on the executors. */
        ArrayNode to(int... executors) {
            ArrayNode array = measured.arrayNode();
            for (int count : executors) {
                array.add(projection(count, "driver", onDriver(count)));
                array.add(projection(count, "executors", onExecutors(count)));
            }
            return array;
        }

        private static ObjectNode projection(int executors, String merge, Map<String, Double> phases) {
            ObjectNode json = Json.object().put("executors", executors).put("merge", merge);
            double total = phases.values().stream().mapToDouble(ms -> ms).sum();
            phases.forEach((phase, ms) -> json.put(phase + "_ms", shown(ms)));
            String bottleneck = phases.entrySet().stream()
                    .max(Comparator.comparingDouble(Map.Entry::getValue))
                    .orElseThrow()
                    .getKey();
            return json.put("total_ms", shown(total)).put("bottleneck", bottleneck);
        }

        private Map<String, Double> onDriver(int executors) {
            Map<String, Double> phases = common();
            phases.put("driver_receives", executors * network(up()));
            phases.put("driver_averages", executors * averagingPerWorker());
            return phases;
        }

        private Map<String, Double> onExecutors(int executors) {
            Map<String, Double> phases = common();
            double share = (executors - 1.0) / executors;
            phases.put("executors_exchange", 2 * share * network(up()));
            phases.put("executors_average", averagingPerWorker());
            phases.put("driver_receives", network(down()));
            return phases;
        }

        private Map<String, Double> common() {
            Map<String, Double> phases = new LinkedHashMap<>();
            phases.put("driver_sends", millis("broadcast") + COPIES_BY_DRIVER * network(down()));
            phases.put("workers_fetch", millis("slowest_fetch"));
            phases.put("workers_encode", millis("slowest_encode"));
            phases.put("driver_steps", millis("outer"));
            return phases;
        }

        private double averagingPerWorker() {
            return millis("merge") / measured.path("workers").doubleValue();
        }

        private double up() {
            return bytes("bytes_up") + bytes("moment_bytes_up");
        }

        private double down() {
            return bytes("bytes_down") + bytes("moment_bytes_down");
        }

        private double network(double bytes) {
            return MILLIS * bytes / (measured.path("gigabits").doubleValue() * BYTES_PER_GIGABIT);
        }

        private double millis(String phase) {
            return measured.path("ms").path(phase).doubleValue();
        }

        private double bytes(String key) {
            return measured.path(key).doubleValue();
        }
    }
}
