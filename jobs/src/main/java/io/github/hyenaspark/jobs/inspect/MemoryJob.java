package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.cli.SettingsArguments;
import io.github.hyenaspark.jobs.spark.averaging.TrainingMemory;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.train.RunConfig;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code inspect memory}: the memory that a training needs, estimated before it starts. A dataset that is named has the
 * tokenizer, and its documents are counted; else an executor takes {@code bytes_per_document} of its heap for each
 * more.
 */
public final class MemoryJob implements Callable<Integer> {
    private static final double MEBIBYTE = 1 << 20;

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private final SettingsArguments arguments = new SettingsArguments();

    @Option(names = "--json", description = "Write one line of JSON.")
    private boolean json;

    private MemoryJob(Console console) {
        this.console = console;
    }

    static CommandLine command(Console console) {
        return new CommandWords(
                        "memory",
                        "Shows how much memory a training needs on each executor and on the driver.",
                        "model.l-max=65536 train.recompute=block memory.executor-cores=4")
                .on(new MemoryJob(console), List.of("memory", "data", "model", "train", "run"));
    }

    @Override
    public Integer call() throws IOException {
        console.stop().armSoon(spec.qualifiedName());
        ObjectNode needed = needed(arguments.load());
        if (json) {
            console.result(needed);
        } else {
            console.results().print(Inspection.text(needed));
            console.results().flush();
        }
        return ExitCode.DONE.code();
    }

    /** Figures in MiB, apart from counts. */
    public static ObjectNode needed(Settings settings) throws IOException {
        ModelConfig model = settings.bind("model", ModelConfig.class);
        TrainConfig train = settings.bind("train", TrainConfig.class);
        train.lengthSchedule().check(model.lMax());
        RunConfig run = settings.bind("run", RunConfig.class);
        DataConfig data = settings.bind("data", DataConfig.class);
        Storage storage = SparkRuntime.storage();
        Optional<DatasetSnapshot> snapshot = data.dataset().isBlank()
                ? Optional.empty()
                : Optional.of(DatasetSnapshot.numbered(storage, data.dataset(), data.snapshot()));
        int vocabularySize = snapshot.isPresent()
                ? snapshot.get().vocabulary().size()
                : Tokenizer.open(storage, data.tokenizer()).vocabularySize();
        int cores = settings.bind("memory", Config.class).executorCores();
        if (cores < train.threads()) {
            throw new IllegalArgumentException("memory.executor-cores: found " + cores
                    + ", expected at least the train.threads of one task, " + train.threads());
        }
        int tasks = Math.min(train.workers(), cores / train.threads());
        var packing = new PackingConfig(data.packing(), model.lMax());
        TrainingMemory alone = TrainingMemory.of(model, vocabularySize, train, run.merge());
        TrainingMemory memory = snapshot.map(
                        found -> alone.with(DatasetSnapshot.Ref.of(found, data.dataset()), packing))
                .orElse(alone);
        ObjectNode json = Json.object()
                .put("parameters", memory.step().parameters())
                .put("vocabulary_size", vocabularySize)
                .put("tokens_per_step", (long) train.batchSize() * model.lMax())
                .put("tasks_per_executor", tasks)
                .put("bytes_per_document", packing.strategy().bytesPerDocument());
        json.putObject("task_mib")
                .put("heap", mebibytes(memory.taskHeap()))
                .put("parameters_and_gradients", mebibytes(memory.step().model()))
                .put("activations", mebibytes(memory.step().activations()))
                .put("scratch", mebibytes(memory.step().workspace()));
        json.putObject("executor_mib")
                .put("heap", memory.executorHeapMebibytes(tasks))
                .put("overhead", memory.executorOverheadMebibytes(tasks))
                .put("documents", mebibytes(memory.executorHeap() - alone.executorHeap()))
                .put("sent_per_round", mebibytes(memory.sent()));
        json.putObject("driver_mib")
                .put("heap", memory.driverHeapMebibytes())
                .put("overhead", memory.driverOverheadMebibytes())
                .put("result_of_a_worker", mebibytes(memory.result()));
        json.putArray("spark_submit")
                .add("--executor-cores " + cores)
                .add("--executor-memory " + memory.executorHeapMebibytes(tasks) + "m")
                .add("--conf spark.executor.memoryOverhead=" + memory.executorOverheadMebibytes(tasks) + "m")
                .add("--driver-memory " + memory.driverHeapMebibytes() + "m")
                .add("--conf spark.driver.memoryOverhead=" + memory.driverOverheadMebibytes() + "m");
        return json;
    }

    private static long mebibytes(long bytes) {
        return Math.round(bytes / MEBIBYTE);
    }

    /** The section {@code memory}; {@code reference.conf} describes its keys. */
    record Config(int executorCores) {}
}
