package io.github.hyenaspark.jobs.train;

import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SplitScan;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.JobCommand.Job.Derived;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics;
import io.github.hyenaspark.jobs.train.HeldOut.ValidationPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the data of a run and refuses changes that would make it a different run. A new run takes the newest snapshot
 * of its dataset; a resumed run keeps the snapshot it started with, even if the dataset has grown.
 */
record RunData(Storage storage, TrainSettings settings) {
    private static final Logger LOG = LoggerFactory.getLogger(RunData.class);
    private static final String VALIDATE_TOKENS = "run.validate-tokens";

    /**
     * The snapshot to train on.
     *
     * @throws IllegalArgumentException if settings, data or numerics differ from the checkpoint's, the data does not
     *     fit the settings, or the settings name another tokenizer than the dataset's
     * @throws CorruptFileException if the dataset's tokenizer differs from the checkpoint's, or the data is damaged
     */
    DatasetSnapshot snapshot(Optional<Checkpoint> resumed) throws IOException {
        String dataset = settings.data().dataset();
        String expected = "the dataset of a new run; there is no run to resume in "
                + settings.run().dir();
        Refusal.unless(resumed.isPresent() || !dataset.isBlank(), "data.dataset", "nothing", expected);
        DatasetSnapshot snapshot =
                DatasetSnapshot.numbered(storage, dataset, settings.data().snapshot());
        if (resumed.isEmpty() || Tokenizer.exists(storage, settings.data().tokenizer())) {
            refuseOtherTokenizer(snapshot);
        }
        if (resumed.isPresent()) {
            refuseOtherTokenizer(resumed.get(), snapshot);
            refuseOtherSettings(resumed.get());
            snapshot = resumed.get().isImported() ? snapshot : sameAs(resumed.get(), snapshot);
        }
        check(DatasetSnapshot.Ref.of(snapshot, dataset));
        return snapshot;
    }

    /**
     * Bad data is reported in one sentence before any executor starts, as far as the index and the lengths of some
     * shards tell; and executors find one index each.
     */
    private void check(DatasetSnapshot.Ref snapshot) throws IOException {
        var sizes = new TokenBatches.Sizes();
        SplitScan train =
                SplitScan.of(storage, snapshot, Split.TRAIN, (length, leftOut) -> sizes.add(leftOut ? 0 : length));
        sizes.check(train.name(), Split.TRAIN, settings.packing());
        train.checkSomeShards();
        if (!settings.run().dryRun()) {
            train.share();
        }
    }

    /**
     * The dataset has its tokenizer; if the settings name one too, it must be the same. What a run remembers may have
     * been deleted since, or have been named from another directory.
     */
    private void refuseOtherTokenizer(DatasetSnapshot snapshot) throws IOException {
        RunTokenizer.refuseOther(
                storage,
                settings.data().tokenizer(),
                settings.data().dataset(),
                snapshot.vocabulary().tokenizer(),
                snapshot.vocabulary().fingerprint(),
                "name another data.dataset");
    }

    private void refuseOtherTokenizer(Checkpoint checkpoint, DatasetSnapshot asked) {
        String found = asked.vocabulary().fingerprint();
        if (!found.equals(checkpoint.tokenizer())) {
            throw new IllegalArgumentException(
                    "data.dataset: " + settings.data().dataset() + " has the tokenizer "
                            + asked.vocabulary().tokenizer() + " (" + found + "), expected that of the checkpoint in "
                            + settings.run().dir() + " (" + checkpoint.tokenizer()
                            + "); prepare the documents with that one");
        }
    }

    /**
     * Defaults that a run remembers, none if there is no checkpoint, and its changes, where a file of the command line
     * has a value from before them: so a command may be repeated after a change.
     */
    static Derived remembered(Storage storage, String run, Settings asked) throws IOException {
        Optional<CheckpointManifest> found = CheckpointStore.open(storage, run).newestManifest();
        if (found.isEmpty()) {
            return Derived.defaults(List.of());
        }
        Checkpoint newest = found.get().facts();
        List<String> kept = new ArrayList<>();
        for (Change change : ResumeCompatibility.undoneByFiles(newest, asked)) {
            LOG.warn(
                    "{} has a value of {} from before round {}, which changed it to {}: the run keeps that, and only the"
                            + " argument {}=... changes it again",
                    asked.fileOf(change.key()).orElseThrow(),
                    change.key(),
                    change.fromRound(),
                    change.is(),
                    change.key());
            kept.add(ResumeCompatibility.argument(change));
        }
        List<String> remembered = ResumeCompatibility.remembered(newest);
        boolean chosenHere = asked.bind("run", RunConfig.class).validateTokens() == ValidationPlan.SOME
                && asked.fileOf(VALIDATE_TOKENS).isPresent();
        remembered.stream()
                .filter(argument -> chosenHere && argument.startsWith(VALIDATE_TOKENS + "="))
                .forEach(kept::add); // a file that leaves the choice to the run does not choose anew
        return new Derived(remembered, kept);
    }

    private void refuseOtherSettings(Checkpoint checkpoint) throws IOException {
        settings.resuming(checkpoint, storage);
        if (checkpoint.isImported()) {
            return;
        }
        MachineNumerics.check(checkpoint, settings.run().allowInexactResume());
    }

    /** The snapshot that the checkpoint names, in the current dataset: its directory may have moved. */
    private DatasetSnapshot sameAs(Checkpoint checkpoint, DatasetSnapshot asked) throws IOException {
        if (asked.sha256().equals(checkpoint.datasetSha256())) {
            return asked;
        }
        String dataset = settings.data().dataset();
        String name = checkpoint.dataset().substring(checkpoint.dataset().lastIndexOf('/') + 1);
        String directory = asked.uri(dataset).replaceFirst("/[^/]*$", "");
        String uri = Storage.resolve(directory, name);
        boolean free = settings.data().snapshot().isBlank();
        byte[] bytes = free && storage.exists(uri) ? storage.read(uri) : new byte[0];
        if (!Hashes.sha256(bytes).equals(checkpoint.datasetSha256())) {
            String found = free
                    ? "has no snapshot " + name
                    : "has another snapshot " + settings.data().snapshot() + " than that";
            throw new IllegalArgumentException("data.dataset: " + dataset + " " + found
                    + " with SHA-256 " + checkpoint.datasetSha256() + ", which the run in "
                    + settings.run().dir() + " is trained on (it was " + checkpoint.dataset()
                    + "); name that dataset, or choose another run.dir for a new run");
        }
        LOG.info("training continues on the snapshot {}, although {} is newer", uri, asked.uri(dataset));
        return DatasetSnapshot.fromJson(uri, bytes);
    }
}
