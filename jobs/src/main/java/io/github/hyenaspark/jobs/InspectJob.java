package io.github.hyenaspark.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.data.shard.DatasetSnapshot;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.SparkRuntime;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is in the directory of a run or of a dataset. */
@Command(name = "inspect", description = "Says what is in a run or a dataset.")
final class InspectJob implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(InspectJob.class);

    private final Console console;

    @Parameters(paramLabel = "DIRECTORY", description = "The directory of a run or of a dataset.")
    private String directory = "";

    @Option(names = "--json", description = "Write one line of JSON.")
    private boolean json;

    InspectJob(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ObjectNode found = describe(SparkRuntime.storage(), directory);
        if (json) {
            console.result(found);
        } else {
            console.results().print(new String(Json.bytes(found), StandardCharsets.UTF_8));
            console.results().flush();
        }
        return ExitCode.DONE.code();
    }

    /**
     * What is in a directory.
     *
     * @throws IllegalArgumentException if it is neither a run nor a dataset
     * @throws CorruptFileException if it has checkpoints but none that is valid
     */
    static ObjectNode describe(Storage storage, String directory) throws IOException {
        CheckpointStore checkpoints = CheckpointStore.open(storage, directory);
        List<CheckpointManifest> manifests = checkpoints.manifests();
        if (!manifests.isEmpty()) {
            return run(directory, newestValid(checkpoints, manifests, directory));
        }
        Optional<DatasetSnapshot> snapshot = DatasetSnapshot.find(storage, directory);
        if (snapshot.isPresent()) {
            return dataset(directory, snapshot.get());
        }
        throw new IllegalArgumentException("found neither a checkpoint nor a dataset's snapshot in " + directory
                + ", expected the directory of a run or of a dataset");
    }

    private static CheckpointManifest newestValid(
            CheckpointStore checkpoints, List<CheckpointManifest> manifests, String directory) throws IOException {
        for (CheckpointManifest manifest : manifests) {
            try {
                checkpoints.verify(manifest);
                return manifest;
            } catch (CorruptFileException | FileNotFoundException e) {
                LOG.warn("passed over {}: {}", manifest.path(), e.getMessage());
            }
        }
        throw new CorruptFileException(directory, "a valid checkpoint", manifests.size() + ", none of them valid");
    }

    private static ObjectNode run(String directory, CheckpointManifest manifest) throws CorruptFileException {
        String checkpoint = Storage.resolve(directory, manifest.path());
        ObjectNode json = Json.object()
                .put("run", directory)
                .put("round", manifest.round())
                .put("tokens", manifest.tokens())
                .put("parameters", manifest.parameters())
                .put("theta_sha256", manifest.thetaSha256())
                .put("checkpoint", checkpoint)
                .put("dataset", manifest.facts().dataset())
                .put("dataset_sha256", manifest.facts().datasetSha256())
                .put("tokenizer", manifest.facts().tokenizer())
                .put("vocabulary_size", manifest.facts().vocabularySize());
        byte[] settings = manifest.facts().settings().getBytes(StandardCharsets.UTF_8);
        json.set("settings", Json.parse(checkpoint, settings));
        return json;
    }

    private static ObjectNode dataset(String directory, DatasetSnapshot snapshot) {
        ObjectNode json = Json.object()
                .put("dataset", directory)
                .put("snapshot", snapshot.uri(directory))
                .put("snapshot_sha256", snapshot.sha256())
                .put("documents", snapshot.documents(Split.TRAIN) + snapshot.documents(Split.VALIDATION))
                .put("tokens", snapshot.tokens(Split.TRAIN) + snapshot.tokens(Split.VALIDATION))
                .put("shards", snapshot.shards().size())
                .put("duplicates", snapshot.counts().duplicates())
                .put("filtered", snapshot.counts().filtered())
                .put("rejected", snapshot.counts().bad())
                .put("tokenizer", snapshot.vocabulary().tokenizer())
                .put("vocabulary_size", snapshot.vocabulary().size());
        ObjectNode splits = json.putObject("splits");
        for (Split split : Split.values()) {
            splits.putObject(split.folder())
                    .put("documents", snapshot.documents(split))
                    .put("tokens", snapshot.tokens(split))
                    .put("bytes", snapshot.textBytes(split))
                    .put("shards", snapshot.shards(split).size());
        }
        return json;
    }
}
