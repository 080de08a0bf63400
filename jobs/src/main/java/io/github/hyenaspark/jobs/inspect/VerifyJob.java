package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.cli.SettingsArguments;
import io.github.hyenaspark.jobs.spark.prepare.SparkVerification;
import io.github.hyenaspark.jobs.spark.run.DirectoryKind;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Reads all of a dataset, of a run's checkpoints, or of a fitting, which has both, and checks every hash. A directory
 * of an older version may be several of these: then it checks them all.
 */
public final class VerifyJob implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "DIRECTORY", description = "The directory of a run, of a dataset or of a fitting.")
    private String directory = "";

    private VerifyJob(Console console) {
        this.console = console;
    }

    public static CommandLine command(CommandWords words, Console console) {
        return words.on(new VerifyJob(console));
    }

    @Override
    public Integer call() throws IOException {
        console.stop().arm(spec.qualifiedName());
        directory = SettingsArguments.place(directory);
        Storage storage = SparkRuntime.storage();
        ObjectNode json = Json.object();
        List<String> faults = new ArrayList<>();
        List<CheckpointStore.Listed> listing =
                CheckpointStore.open(storage, directory).listing();
        if (!listing.isEmpty()) {
            count(json.put("run", directory), "checkpoints", verified(storage, directory, listing, faults::add));
            tokenizer(storage, directory, listing).ifPresent(faults::add);
        }
        if (DirectoryKind.DATASET.isIn(storage, directory)) {
            DatasetVerification.Result result = dataset(storage, directory);
            count(json.put("dataset", directory), result);
            faults.addAll(result.faults());
        }
        if (DirectoryKind.FITTING.isIn(storage, directory)) {
            faults.addAll(fitting(storage, new FittingDirectory(directory), json.put("fitting", directory)));
        }
        if (json.isEmpty()) {
            throw InspectJob.nothingIn(directory);
        }
        return end(json, faults);
    }

    /** Of the checkpoints of its runs, its dataset and its model, as far as they are there. */
    private static List<String> fitting(Storage storage, FittingDirectory fitting, ObjectNode json) throws IOException {
        int checkpoints = 0;
        List<String> faults = new ArrayList<>();
        for (String name : FittingDirectory.names(Json.parse(fitting.settings(), storage.read(fitting.settings())))) {
            String run = fitting.run(name);
            List<CheckpointStore.Listed> listing =
                    CheckpointStore.open(storage, run).listing();
            checkpoints += verified(storage, run, listing, fault -> faults.add(Storage.resolve(run, fault)));
            tokenizer(storage, run, listing).ifPresent(faults::add);
        }
        count(json, "checkpoints", checkpoints);
        if (DirectoryKind.DATASET.isIn(storage, fitting.dataset())) {
            DatasetVerification.Result result = dataset(storage, fitting.dataset());
            count(json, result);
            result.faults().forEach(fault -> faults.add(fitting.dataset() + ": " + fault));
        }
        String description = Storage.resolve(fitting.model(), FittingDirectory.DESCRIPTION);
        boolean hasModel = storage.exists(description);
        if (hasModel || storage.exists(fitting.result())) {
            faults.addAll(faults(storage, fitting.model(), description));
        }
        json.put("model", hasModel);
        return faults;
    }

    private static void count(ObjectNode json, DatasetVerification.Result result) {
        count(json, "objects", result.objects());
        count(json, "bytes", result.bytes());
    }

    /** Adds to what was counted of another kind in the same directory. */
    private static void count(ObjectNode json, String name, long number) {
        json.put(name, json.path(name).asLong() + number);
    }

    /** In this process, or, where the master is a cluster, in all of its executors. */
    private static DatasetVerification.Result dataset(Storage storage, String dataset) throws IOException {
        if (!SparkRuntime.hasExecutors()) {
            return DatasetVerification.run(storage, dataset);
        }
        try (SparkRuntime runtime = SparkRuntime.start("hyena verify " + dataset, 1)) {
            return DatasetVerification.run(storage, dataset, new SparkVerification(runtime.context(), dataset));
        }
    }

    /** Reads the checkpoints of a run; returns how many there are, without those that are deleted meanwhile. */
    static int verified(Storage storage, String run, List<CheckpointStore.Listed> listing, Consumer<String> faults)
            throws IOException {
        CheckpointStore store = CheckpointStore.open(storage, run);
        int checkpoints = 0;
        for (CheckpointStore.Listed checkpoint : listing) {
            String fault = checkpoint.fault();
            try {
                if (checkpoint.manifest().isPresent()) {
                    store.verify(checkpoint.manifest().get());
                }
            } catch (CorruptFileException | FileNotFoundException e) {
                fault = String.valueOf(e.getMessage());
            }
            // retention deletes a manifest before what it names
            boolean isThere = fault.isEmpty() || storage.exists(Storage.resolve(run, checkpoint.path()));
            if (isThere && !fault.isEmpty()) {
                faults.accept(checkpoint.path() + ": " + fault);
            }
            checkpoints += isThere ? 1 : 0;
        }
        return checkpoints;
    }

    /** What is wrong with the tokenizer of a run, without which nothing can be done with its model. */
    private static Optional<String> tokenizer(Storage storage, String run, List<CheckpointStore.Listed> listing)
            throws IOException {
        Optional<String> expected = listing.stream()
                .flatMap(checkpoint -> checkpoint.manifest().stream())
                .map(manifest -> manifest.facts().tokenizer())
                .findFirst();
        if (expected.isEmpty()) {
            return Optional.empty(); // of a manifest that cannot be read, which is told
        }
        String uri = RunTokenizer.uri(run);
        try {
            String found = RunTokenizer.read(storage, run).fingerprint();
            return expected.filter(fingerprint -> !fingerprint.equals(found))
                    .map(fingerprint -> uri + ": expected the tokenizer " + fingerprint + ", found " + found);
        } catch (FileNotFoundException e) {
            return Optional.of("there is no " + uri + "; copy it from where the run was copied from");
        } catch (CorruptFileException | IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Of the files of a fitted model: a sealed description, and parameters that have a length but no hash. */
    private static List<String> faults(Storage storage, String model, String description) throws IOException {
        List<String> faults = new ArrayList<>();
        try {
            JsonNode json = Json.Sealed.SEAL.open(description, storage.read(description));
            String tokenizer = RunTokenizer.uri(model);
            check(faults, tokenizer, () -> Json.parse(tokenizer, storage.read(tokenizer)));
            for (JsonNode member : Json.elements(json, description, "members")) {
                String name = Json.text(member, description, "name");
                String file = Storage.resolve(model, name + ".safetensors");
                check(faults, file, () -> {
                    try (InputStream in = storage.open(file)) {
                        Safetensors.read(file, in, storage.length(file));
                    }
                });
            }
        } catch (CorruptFileException | FileNotFoundException e) {
            faults.add(description + ": " + e.getMessage());
        }
        return faults;
    }

    private interface Reading {
        void run() throws IOException;
    }

    private static void check(List<String> faults, String file, Reading reading) throws IOException {
        try {
            reading.run();
        } catch (CorruptFileException | FileNotFoundException e) {
            faults.add(file + ": " + e.getMessage());
        }
    }

    private int end(ObjectNode json, List<String> faults) {
        ArrayNode list = json.put("valid", faults.isEmpty()).putArray("faults");
        faults.forEach(list::add);
        console.result(json);
        faults.forEach(fault -> console.messages().println("hyena verify: " + fault));
        return faults.isEmpty() ? ExitCode.DONE.code() : ExitCode.INVALID_DATA.code();
    }
}
