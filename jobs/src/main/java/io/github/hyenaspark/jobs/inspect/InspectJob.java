package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.CommandWords;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.cli.SettingsArguments;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.spark.task.SparkStorage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what is in the directory of a run, of a dataset or of a fitting. */
public final class InspectJob implements Callable<Integer> {
    private static final int LOOKS = 5;
    private static final Pattern FILE = Pattern.compile("(.+)/(manifest|snapshots)/([^/]+)[.]json");

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DIRECTORY",
            arity = "0..1",
            description = {
                "The directory of a run, of a dataset or of a fitting; also the file of one checkpoint,",
                "RUN/manifest/NAME.json, or of one snapshot, DATASET/snapshots/NUMBER.json."
            })
    private String directory = "";

    @Option(names = "--json", description = "Write one line of JSON.")
    private boolean json;

    private InspectJob(Console console) {
        this.console = console;
    }

    public static CommandLine command(CommandWords words, Console console) {
        return words.on(new InspectJob(console)).addSubcommand(MemoryJob.command(console));
    }

    @Override
    public Integer call() throws IOException {
        if (directory.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'DIRECTORY'");
        }
        return run(directory, json, console);
    }

    /** Whether these are arguments that need no more than a look: {@code inspect DIRECTORY [--json]}. */
    public static boolean isPlain(List<String> arguments) {
        if (arguments.size() < 2 || arguments.size() > 3 || !arguments.get(0).equals("inspect")) {
            return false;
        }
        String place = arguments.get(1);
        boolean onlyJson = arguments.size() == 2 || arguments.get(2).equals("--json");
        return onlyJson && !place.isEmpty() && !place.startsWith("-") && !place.equals("memory");
    }

    public static int run(String directory, boolean json, Console console) throws IOException {
        console.stop().armSoon("hyena inspect");
        if (json) {
            console.result(describe(SparkStorage.ofThisProcess(), directory, LOOKS));
            return ExitCode.DONE.code();
        }
        FutureTask<Set<String>> defaults = new FutureTask<>(Inspection::defaults);
        Thread meanwhile = new Thread(defaults, "default-settings"); // to parse them takes as long as to hash a run
        meanwhile.setDaemon(true);
        meanwhile.start();
        ObjectNode found = describe(SparkStorage.ofThisProcess(), directory, LOOKS);
        console.results().print(Inspection.text(Inspection.abridged(found, defaults)));
        console.results().flush();
        return ExitCode.DONE.code();
    }

    /**
     * The content of a directory, or of one checkpoint or snapshot. IllegalArgumentException if it is none of these.
     * CorruptFileException if no checkpoint is valid. A training deletes those that were just listed, so there are some
     * looks.
     */
    private static ObjectNode describe(Storage storage, String word, int looks) throws IOException {
        String place = SettingsArguments.place(word);
        Matcher file = FILE.matcher(place);
        String directory = file.matches() ? file.group(1) : place;
        CheckpointStore checkpoints = CheckpointStore.open(storage, directory);
        List<CheckpointManifest> manifests = checkpoints.manifests();
        boolean snapshots = file.matches() && file.group(2).equals("snapshots");
        if (!manifests.isEmpty() && !snapshots) {
            List<CheckpointManifest> asked = manifests.stream()
                    .filter(manifest -> !file.matches() || place.endsWith(manifest.path()))
                    .toList();
            if (asked.isEmpty()) {
                throw new IllegalArgumentException("there is no checkpoint " + place + ", only "
                        + manifests.stream().map(CheckpointManifest::path).toList());
            }
            Optional<CheckpointManifest> newest = newestValid(checkpoints, asked);
            if (newest.isPresent()) {
                return Inspection.run(directory, newest.get(), manifests);
            }
            if (looks > 1 && !checkpoints.manifests().containsAll(manifests)) {
                return describe(storage, word, looks - 1);
            }
            throw noneValid(place, asked.size());
        }
        if (snapshots) {
            return Inspection.dataset(directory, DatasetSnapshot.numbered(storage, directory, file.group(3)));
        }
        Optional<DatasetSnapshot> snapshot = DatasetSnapshot.find(storage, directory);
        if (snapshot.isPresent()) {
            return Inspection.dataset(directory, snapshot.get());
        }
        var fitting = new FittingDirectory(place);
        if (storage.exists(fitting.settings())) {
            return Inspection.fitting(storage, fitting);
        }
        List<CheckpointStore.Listed> unreadable = checkpoints.listing();
        if (!unreadable.isEmpty()) {
            if (looks > 1 && !checkpoints.manifests().isEmpty()) {
                return describe(storage, word, looks - 1);
            }
            throw noneValid(place, unreadable.size());
        }
        throw nothingIn(place);
    }

    private static CorruptFileException noneValid(String directory, int checkpoints) {
        return new CorruptFileException(directory, "a valid checkpoint", checkpoints + ", none of them valid");
    }

    static IllegalArgumentException nothingIn(String place) {
        return new IllegalArgumentException("found neither a checkpoint nor a dataset's snapshot in " + place
                + ", expected the directory of a run, of a dataset or of a fitting");
    }

    private static Optional<CheckpointManifest> newestValid(
            CheckpointStore checkpoints, List<CheckpointManifest> manifests) throws IOException {
        for (CheckpointManifest manifest : manifests) {
            try {
                checkpoints.check(manifest);
                return Optional.of(manifest);
            } catch (CorruptFileException | FileNotFoundException e) {
                LoggerFactory.getLogger(InspectJob.class).warn("skipped {}: {}", manifest.path(), e.getMessage());
            }
        }
        return Optional.empty();
    }
}
