package io.github.hyenaspark.jobs.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.checkpoint.TrainingProgress.Best;
import io.github.hyenaspark.checkpoint.TrainingProgress.Change;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.commit.Pins;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import io.github.hyenaspark.io.store.Patience;
import io.github.hyenaspark.io.store.StoreException;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.JobCommand.Job;
import io.github.hyenaspark.jobs.cli.Stop;
import io.github.hyenaspark.jobs.report.journal.Journal;
import io.github.hyenaspark.jobs.report.journal.Journal.LossHistory;
import io.github.hyenaspark.jobs.report.journal.Journal.LossHistory.LossPoint;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver.DivergedException;
import io.github.hyenaspark.jobs.spark.averaging.RunStore;
import io.github.hyenaspark.jobs.spark.averaging.SparkStateCheck;
import io.github.hyenaspark.jobs.spark.averaging.SparkWorkers;
import io.github.hyenaspark.jobs.spark.averaging.SparkWorkers.WorkerOptions;
import io.github.hyenaspark.jobs.spark.averaging.TextSampler;
import io.github.hyenaspark.jobs.spark.averaging.TrainingMemory;
import io.github.hyenaspark.jobs.spark.run.DirectoryKind;
import io.github.hyenaspark.jobs.spark.run.ExportedModel;
import io.github.hyenaspark.jobs.spark.run.Handover;
import io.github.hyenaspark.jobs.spark.run.RunMetadata;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import io.github.hyenaspark.jobs.spark.run.TrainingPlan;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import io.github.hyenaspark.jobs.spark.task.MachineNumerics;
import io.github.hyenaspark.jobs.spark.worker.ReplayedSteps;
import io.github.hyenaspark.jobs.spark.worker.WorkerComputation;
import io.github.hyenaspark.jobs.train.HeldOut.ValidationPlan;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.train.optim.MomentLayout;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a dataset to checkpoints: starts a run, or resumes the one in its directory. */
public final class TrainJob {
    private static final Logger LOG = LoggerFactory.getLogger(TrainJob.class);

    private final Console console;
    private final Storage storage;
    private final CheckpointStore checkpoints;
    private final long begin = System.nanoTime();
    private TrainSettings settings;
    private HeldOut heldOut = HeldOut.NOTHING;

    private TrainJob(TrainSettings settings, Console console, Storage storage) {
        this.settings = settings;
        this.console = console;
        this.storage = storage;
        this.checkpoints = CheckpointStore.open(storage, settings.directory().uri());
    }

    /**
     * The command {@code train}. An existing run remembers its settings; arguments that differ change it, if how it
     * trains may change.
     */
    public record Command(boolean mayChange) implements Job {
        @Override
        public Derived derived(Settings settings) throws IOException {
            String run = settings.bind("run", RunConfig.class).dir();
            return run.isBlank()
                    ? Derived.defaults(List.of())
                    : RunData.remembered(SparkRuntime.storage(), run, settings);
        }

        @Override
        public void run(Settings settings, Console console) throws IOException {
            Storage storage = SparkRuntime.storage();
            new TrainJob(TrainSettings.of(settings, storage, List.of()), console, storage).run(mayChange);
        }
    }

    /**
     * Refuses settings with which a run that has not begun cannot start, as far as that is known before its session.
     */
    public static void check(Settings settings) throws IOException {
        Storage storage = SparkRuntime.storage();
        String run = settings.bind("run", RunConfig.class).dir();
        if (CheckpointStore.open(storage, run).hasCheckpoints()) {
            return;
        }
        TrainSettings asked = TrainSettings.of(settings, storage, List.of());
        DatasetSnapshot snapshot = new RunData(storage, asked).snapshot(Optional.empty());
        asked.refuseUnlessItFits(snapshot);
    }

    private void run(boolean mayChange) throws IOException {
        checkpoints.newestManifest().ifPresent(TrainingMemory::refuseUnlessItFits);
        var from = new Handover<>(checkpoints.newestValid(workers -> {})); // executors will look at them
        if (from.value().filter(found -> !found.isImported()).isPresent()) {
            console.stop().with(Stop.CONTINUES);
        }
        Optional<DatasetSnapshot> snapshot = toTrainOn(from.value(), mayChange);
        if (snapshot.isPresent()) {
            takeOver(from, snapshot.get());
        }
    }

    /** Empty if nothing is to be trained. */
    private Optional<DatasetSnapshot> toTrainOn(Optional<Checkpoint> found, boolean mayChange) throws IOException {
        if (found.isEmpty()) {
            DirectoryKind.RUN.refuseIfOther(storage, "run.dir", settings.run().dir());
            ExportedModel.refuseIfThere(storage, "run.dir", settings.run().dir());
        }
        DatasetSnapshot snapshot = new RunData(storage, settings).snapshot(found);
        settings = settings.measuring(snapshot, storage);
        heldOut = HeldOut.of(
                storage,
                snapshot,
                settings.data().dataset(),
                settings.model().lMax(),
                !settings.run().dryRun());
        TrainSettings resumed = found.isPresent() ? settings.resuming(found.get(), storage) : settings;
        List<Change> changes = found.isPresent() ? resumed.changesSince(found.get()) : List.of();
        if (!mayChange && changes.stream().anyMatch(change -> change.key().startsWith("train."))) {
            throw new IllegalArgumentException("the run in " + settings.run().dir()
                    + " was trained with other settings: " + changes + ". Restore them, or choose another directory");
        }
        String expected = "0, since nothing to measure on is held out of "
                + settings.data().dataset();
        Refusal.unless(
                heldOut.isMeasured() || settings.run().patience() == 0,
                "run.patience",
                settings.run().patience(),
                expected);
        resumed.endlessWarmUp().ifPresent(LOG::warn);
        if (settings.run().dryRun()) {
            ReplayedSteps.read(storage, settings.run().replay());
            resumed.tell(changes);
            long round = found.filter(checkpoint -> !checkpoint.isImported())
                    .map(Checkpoint::round)
                    .orElse(0L);
            ValidationPlan plan = ValidationPlan.of(resumed, snapshot);
            console.result(plan.dryRun(resumed, resumed.memory(snapshot), round, changes));
            return Optional.empty();
        }
        if (found.isPresent() && changes.isEmpty() && isOver(found.get())) {
            Checkpoint done = found.get();
            Best best = done.progress().best();
            LOG.info(
                    "nothing to do: {} is at round {}{}",
                    settings.run().dir(),
                    done.round(),
                    whyEarly(done.round(), best));
            settings = resumed;
            Pins.write(storage, settings.data().dataset(), snapshot, runUri()); // it may have been moved
            var history = new LossHistory();
            Journal.open(storage, settings.run().dir(), done.journalBytes(), history::add);
            report(RunStore.state(done, moments(done.table()), settings.train()), best, history, 0);
            return Optional.empty();
        }
        return Optional.of(snapshot);
    }

    /** Only once nothing here refuses to train: a driver that trains the run elsewhere ends then. */
    private void takeOver(Handover<Optional<Checkpoint>> from, DatasetSnapshot snapshot) throws IOException {
        int threads = settings.train().threads();
        settings.refuseUnlessItFits(snapshot);
        ReplayedSteps replay = ReplayedSteps.read(storage, settings.run().replay());
        Trained trained;
        try (SparkRuntime runtime =
                SparkRuntime.start("hyena train " + settings.run().dir(), threads)) {
            var workers = new SparkStateCheck(runtime.context(), runUri());
            if (settings.train().workersKeepState()) {
                workers.refuseUnlessShared(storage); // else the states that they look for next would seem lost
            }
            if (from.value().isPresent()) {
                checkpoints.checkWorkers(from.value().get(), workers);
            }
            useNewest(from, workers);
            checkpoints.beginEpoch();
            useNewest(from, workers);
            checkpoints.resumesFrom(from.value());
            var options = new WorkerOptions(
                    settings.run().merge(), checkpoints.epoch(), replay, WorkerComputation.training());
            trained = train(from, snapshot, runtime, options);
        }
        RunState end = trained.end();
        RunStore store = trained.store();
        LOG.info("{} is at round {}{}", settings.run().dir(), end.round(), whyEarly(end.round(), store.best()));
        store.writeReports();
        report(end, store.best(), store.history(), store.failedWrites());
    }

    private boolean isOver(Checkpoint done) {
        return done.round() >= settings.driver().stopAfterRounds()
                || settings.driver().isImpatient(done.progress().best());
    }

    /** Empty unless the run ended before its last round because its held-out loss no longer fell. */
    private String whyEarly(long round, Best best) {
        return stoppedEarly(round, best)
                ? "; stopped early, since the held-out loss of round " + best.round() + ", " + best.loss()
                        + ", was the lowest of the last " + (best.measuredSince() + 1)
                        + "; a larger run.patience trains on"
                : "";
    }

    private boolean stoppedEarly(long round, Best best) {
        return round < settings.train().rounds() && settings.driver().isImpatient(best);
    }

    /** Instead of a damaged checkpoint an older one, instead of a sound one any that another driver has saved since. */
    private void useNewest(Handover<Optional<Checkpoint>> found, SparkStateCheck workers) throws IOException {
        if (!checkpoints.isStillNewest()) {
            found.replace(Optional.empty()); // so that only one is in memory
            found.replace(checkpoints.newestValid(workers));
        }
    }

    /** Keeps {@code expire} from a snapshot, which it may have deleted while this waited for a session. */
    private void pin(DatasetSnapshot snapshot) throws IOException {
        String dataset = settings.data().dataset();
        Pins.write(storage, dataset, snapshot, runUri());
        if (!storage.exists(snapshot.uri(dataset))) {
            throw new IOException(
                    snapshot.uri(dataset) + " has been deleted since it was read; start the command again");
        }
    }

    private String runUri() throws IOException {
        return storage.qualify(settings.directory().uri());
    }

    private record Trained(RunState end, RunStore store) {}

    private Trained train(
            Handover<Optional<Checkpoint>> checkpoint,
            DatasetSnapshot snapshot,
            SparkRuntime runtime,
            WorkerOptions options)
            throws IOException {
        Optional<Checkpoint> from = checkpoint.value().map(Checkpoint::withoutVectors);
        TrainingProgress before = from.map(Checkpoint::progress).orElse(TrainingProgress.NONE);
        List<Change> changes = List.of();
        if (from.isPresent()) {
            settings = settings.resuming(from.get(), storage);
            changes = settings.changesSince(from.get());
        }
        var plan = new TrainingPlan(
                settings.model(),
                settings.train(),
                DatasetSnapshot.Ref.of(snapshot, settings.data().dataset()),
                settings.packing(),
                runUri(),
                heldOut.measured(settings));
        HyenaLanguageModel model = HyenaLanguageModel.create(
                plan.model(), plan.vocabularySize(), plan.train().seed());
        MomentLayout moments = moments(model.table());
        var start = new Handover<>(start(checkpoint.take(), model, moments));
        long journalBytes = from.map(Checkpoint::journalBytes).orElse(0L);
        RunStore store = new RunStore(
                storage, settings.directory(), checkpoints, facts(model.table(), snapshot, from), journalBytes);
        store.resumes(TrainSettings.comparable(before.best(), changes), settings.changes());
        store.sampleBy(new TextSampler(settings.run().sample(), plan, model, storage));
        RunTokenizer.keep(storage, settings.directory().uri(), settings.data().dataset(), snapshot);
        pin(snapshot); // once the run's directory is there, without which a pin counts for nothing
        String beginning = from.isPresent() ? "resuming" : "starting";
        LOG.info(
                "{} {} at round {} of {}: {} parameters, {} workers",
                beginning,
                settings.run().dir(),
                start.value().round(),
                plan.train().rounds(),
                model.parameterCount(),
                plan.train().workers());
        if (heldOut.isSampled(settings)) {
            LOG.info(
                    "the held-out loss is that of a sample of {} of {} tokens, the same in every round; evaluate measures"
                            + " all, and run.validate-tokens says how many training does",
                    settings.run().validateTokens(),
                    snapshot.tokens(Split.VALIDATION));
        }
        TestPoint.reached("{} {}", beginning, settings.run().dir());
        settings.tell(changes);
        try (SparkWorkers workers = new SparkWorkers(runtime.context(), plan, options)) {
            if (!changes.isEmpty()) {
                store.save(start.value()); // a driver that is killed from now on is followed by one that knows of them
            }
            return new Trained(rounds(start, workers, store), store);
        }
    }

    private RunState start(Optional<Checkpoint> from, HyenaLanguageModel model, MomentLayout moments) {
        return from.map(checkpoint -> state(checkpoint, moments)).orElseGet(() -> initial(model.parameters(), moments));
    }

    private RunState rounds(Handover<RunState> start, SparkWorkers workers, RunStore store) throws IOException {
        long begin = start.value().round();
        long total = Math.max(begin, settings.driver().stopAfterRounds());
        var work = new Progress.Task("train", "rounds", begin, total);
        try (Progress progress = Progress.open(settings.run().progress(), work, console.messages())) {
            var driver = new AveragingDriver(settings.driver(), settings.train(), workers, store, progress);
            Stop.Last before = console.stop().with(saving(driver, store));
            try {
                RunState end = driver.run(start);
                before = Stop.CONTINUES;
                return end;
            } catch (Exception | Error e) { // Spark throws checked exceptions that it does not declare
                refuseIfReplaced(e);
                saveFinished(driver, e);
                throw e;
            } finally {
                console.stop().with(before);
            }
        }
    }

    /**
     * Saves the rounds that are finished, whatever has failed; not after a divergence, where the driver has, nor if the
     * store itself has failed. A store that executors have waited for is asked once.
     */
    private void saveFinished(AveragingDriver driver, Throwable failure) {
        if (failure instanceof DivergedException
                || failure instanceof StoreException
                || failure instanceof CorruptFileException) {
            return;
        }
        Patience.Question<AveragingDriver> save = () -> {
            driver.stop();
            return driver;
        };
        try {
            if (hasWaited(failure)) {
                storage.withoutPatience(save);
            } else {
                save.ask();
            }
        } catch (IOException | RuntimeException notSaved) {
            failure.addSuppressed(notSaved);
        }
    }

    private static Stop.Last saving(AveragingDriver driver, RunStore store) {
        return new Stop.Last() {
            @Override
            public void save() throws IOException {
                driver.stop();
                store.writeReports();
            }

            @Override
            public String says(String why) {
                return driver.standing(why);
            }
        };
    }

    private static boolean hasWaited(Throwable failure) {
        return StoreException.causes(failure).stream().anyMatch(StoreException.class::isInstance);
    }

    /** A driver that was replaced may fail in any way, because its successor deletes what only the old one needs. */
    private void refuseIfReplaced(Throwable failure) throws LockedException {
        try {
            if (hasWaited(failure)) {
                storage.withoutPatience(this::notReplaced);
            } else {
                notReplaced();
            }
        } catch (LockedException replaced) {
            replaced.addSuppressed(failure);
            throw replaced;
        } catch (IOException unknown) {
            failure.addSuppressed(unknown);
        }
    }

    private boolean notReplaced() throws IOException {
        checkpoints.refuseIfReplaced();
        return true;
    }

    private RunState state(Checkpoint checkpoint, MomentLayout moments) {
        return checkpoint.isImported()
                ? initial(checkpoint.vector(Checkpoint.THETA), moments)
                : RunStore.state(checkpoint, moments, settings.train());
    }

    private MomentLayout moments(List<ParameterEntry> table) {
        return MomentLayout.of(settings.train().optimizer(), table);
    }

    private RunState initial(float[] theta, MomentLayout moments) {
        TrainingState state = TrainingState.first(
                theta, moments.secondMoments(), settings.train().innerState());
        return new RunState(0, 0, state, new float[theta.length], List.of());
    }

    private RunMetadata facts(List<ParameterEntry> table, DatasetSnapshot snapshot, Optional<Checkpoint> from)
            throws IOException {
        return new RunMetadata(
                settings.settings().render(),
                storage.qualify(snapshot.uri(settings.data().dataset())),
                snapshot.sha256(),
                snapshot.vocabulary().fingerprint(),
                snapshot.vocabulary().size(),
                heldOut.targetsPerByte(),
                table,
                moments(table),
                MachineNumerics.after(from, settings.train().threads()));
    }

    /** Prints the result, with what this process failed to write; a loss that was never measured is null. */
    private void report(RunState end, Best best, LossHistory history, int failedWrites) throws IOException {
        double loss = last(history.heldOut());
        long measured = history.heldOutTokens();
        TrainSettings then = settings.asMeasuredIn(history.heldOutRound(), storage);
        ObjectNode json = Json.object()
                .put("run", settings.run().dir())
                .put("round", end.round())
                .put("tokens", end.tokens());
        Json.putFinite(json, "loss", last(history.train()));
        Json.putFinite(json, "held_out_loss", loss);
        Json.putFinite(json, "bits_per_byte", heldOut.bitsPerByte(loss, measured, then));
        json.put("held_out_tokens", measured)
                .put("held_out_is_sample", heldOut.isSampled(then))
                .put("validation_seconds", history.heldOutMillis() / 1000.0);
        json.put("stopped_early", stoppedEarly(end.round(), best));
        if (best.round() > 0) {
            json.put("best_round", best.round());
        }
        console.result(json.put("failed_writes", failedWrites)
                .put("theta_sha256", Hashes.sha256(end.state().theta()))
                .put("seconds", (System.nanoTime() - begin) / 1e9));
    }

    private static double last(List<LossPoint> points) {
        return points.isEmpty() ? Double.NaN : points.get(points.size() - 1).loss();
    }
}
