package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.cli.SettingsArguments;
import io.github.hyenaspark.jobs.spark.prepare.SparkVerification;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Reads all of a dataset or of a run's checkpoints and checks every hash. */
public final class VerifyJob implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIRECTORY", description = "The directory of a run or of a dataset.")
    private String directory = "";

    private VerifyJob(Console console) {
        this.console = console;
    }

    public static CommandLine command(CommandWords words, Console console) {
        return words.on(new VerifyJob(console));
    }

    @Override
    public Integer call() throws IOException {
        directory = SettingsArguments.place(directory);
        Storage storage = SparkRuntime.storage();
        List<CheckpointManifest> manifests =
                CheckpointStore.open(storage, directory).manifests();
        if (!manifests.isEmpty()) {
            return checkpoints(storage, manifests);
        }
        if (DatasetSnapshot.uris(storage, directory).isEmpty()) {
            throw new IllegalArgumentException("found neither a checkpoint nor a dataset's snapshot in " + directory
                    + ", expected the directory of a run or of a dataset");
        }
        DatasetVerification.Result result = dataset(storage);
        ObjectNode json = Json.object()
                .put("dataset", directory)
                .put("objects", result.objects())
                .put("bytes", result.bytes());
        return end(json, result.faults());
    }

    /** In this process, or, where the master is a cluster, in all of its executors. */
    private DatasetVerification.Result dataset(Storage storage) throws IOException {
        if (!SparkRuntime.hasExecutors()) {
            return DatasetVerification.run(storage, directory);
        }
        try (SparkRuntime runtime = SparkRuntime.start("hyena verify " + directory, 1)) {
            return DatasetVerification.run(storage, directory, new SparkVerification(runtime.context(), directory));
        }
    }

    private int checkpoints(Storage storage, List<CheckpointManifest> manifests) throws IOException {
        CheckpointStore store = CheckpointStore.open(storage, directory);
        List<String> faults = new ArrayList<>();
        for (CheckpointManifest manifest : manifests) {
            try {
                store.verify(manifest);
            } catch (CorruptFileException | FileNotFoundException e) {
                faults.add(manifest.path() + ": " + e.getMessage());
            }
        }
        return end(Json.object().put("run", directory).put("checkpoints", manifests.size()), faults);
    }

    private int end(ObjectNode json, List<String> faults) {
        ArrayNode list = json.put("valid", faults.isEmpty()).putArray("faults");
        faults.forEach(list::add);
        console.result(json);
        faults.forEach(fault -> console.messages().println("hyena verify: " + fault));
        return faults.isEmpty() ? ExitCode.DONE.code() : ExitCode.INVALID_DATA.code();
    }
}
