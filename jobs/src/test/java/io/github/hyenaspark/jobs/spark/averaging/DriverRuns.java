package io.github.hyenaspark.jobs.spark.averaging;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.journal.Journal;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.averaging.RunStore.RunDirectory;
import io.github.hyenaspark.jobs.spark.run.Handover;
import io.github.hyenaspark.jobs.spark.run.RunMetadata;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.optim.MomentLayout;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Starts of a run of six rounds whose workers need neither Spark nor a model. */
abstract class DriverRuns {
    static final int PARAMETERS = FakeWorkers.PARAMETERS;
    static final long CHECKPOINT_EVERY = 2;
    static final TrainConfig TRAIN = FakeWorkers.TRAIN;

    @TempDir
    Path directory;

    Storage storage;
    Optional<String> elsewhere = Optional.empty();
    final FakeWorkers workers = new FakeWorkers();

    @BeforeEach
    void openStorage() throws IOException {
        storage = Storage.local();
    }

    final String uri() {
        return elsewhere.orElse(directory.toString());
    }

    /** One start of the run, from its newest checkpoint. */
    final class Start {
        private final CheckpointStore checkpoints = CheckpointStore.open(storage, uri());
        final RunState from;
        final RunStore store;
        final AveragingDriver driver;

        Start(long stopAfterRounds) throws IOException {
            this(stopAfterRounds, TRAIN);
        }

        Start(long stopAfterRounds, TrainConfig train) throws IOException {
            this(stopAfterRounds, train, 4, 0, false);
        }

        Start(long stopAfterRounds, TrainConfig train, long validateEvery, long patience, boolean keepBest)
                throws IOException {
            checkpoints.beginEpoch();
            Optional<Checkpoint> newest = checkpoints.newestValid();
            from = newest.map(checkpoint -> RunStore.state(checkpoint, facts().moments(), train))
                    .orElseGet(() -> new RunState(
                            0, 0, TrainingState.initial(new float[] {1, 2, 3}), new float[PARAMETERS], List.of()));
            store = new RunStore(
                    storage,
                    new RunDirectory(uri(), 3, keepBest),
                    checkpoints,
                    facts(),
                    newest.map(Checkpoint::journalBytes).orElse(0L));
            TrainingProgress progressBefore = newest.map(Checkpoint::progress).orElse(TrainingProgress.NONE);
            store.resumes(progressBefore.best(), progressBefore.changes());
            var silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            Progress progress = Progress.open(Progress.Style.PLAIN, new Progress.Task("train", "rounds", 0, 6), silent);
            var plan =
                    new AveragingDriver.Plan(6, stopAfterRounds, validateEvery, patience, CHECKPOINT_EVERY, 64, true);
            driver = new AveragingDriver(plan, train, workers, store, progress);
        }

        RunState run() throws IOException {
            return driver.run(new Handover<>(from));
        }
    }

    private static RunMetadata facts() {
        var table = List.of(new ParameterEntry("w", List.of(PARAMETERS), 0, ParameterSpec.Group.BASE));
        var moments = MomentLayout.of(TrainConfig.Optimizer.ADAMW, table);
        return new RunMetadata(
                "{}", "d", "s", "t", 256, 1, table, moments, new Provenance.Numerics("17", "none", "none", "1"));
    }

    final List<Long> savedRounds() throws IOException {
        return CheckpointStore.open(storage, uri()).manifests().stream()
                .map(manifest -> manifest.facts().round())
                .toList();
    }

    final List<JsonNode> journal() throws IOException {
        List<JsonNode> entries = new ArrayList<>();
        Journal.open(storage, uri(), Long.MAX_VALUE, entries::add);
        return entries;
    }

    final Start impatient(long stopAfterRounds, boolean keepBest) throws IOException {
        return new Start(stopAfterRounds, TRAIN, 1, 2, keepBest);
    }
}
