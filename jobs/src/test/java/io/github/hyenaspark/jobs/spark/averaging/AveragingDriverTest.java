package io.github.hyenaspark.jobs.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.Fingerprint;
import io.github.hyenaspark.checkpoint.Provenance;
import io.github.hyenaspark.checkpoint.TrainingProgress;
import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.store.Patience;
import io.github.hyenaspark.jobs.report.journal.Journal;
import io.github.hyenaspark.jobs.report.journal.LossHistory.LossPoint;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.report.progress.ProgressTask;
import io.github.hyenaspark.jobs.spark.averaging.RunStore.RunDirectory;
import io.github.hyenaspark.jobs.spark.run.Handover;
import io.github.hyenaspark.jobs.spark.run.RunMetadata;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.jobs.spark.task.DriverState;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault;
import io.github.hyenaspark.testing.StoreFault.Operation;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.MomentLayout;
import io.github.hyenaspark.train.optim.TrainingState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The round loop with workers that need neither Spark nor a model. */
class AveragingDriverTest {
    private static final int PARAMETERS = FakeWorkers.PARAMETERS;
    private static final long CHECKPOINT_EVERY = 2;
    private static final TrainConfig TRAIN = FakeWorkers.TRAIN;

    @TempDir
    Path directory;

    private Storage storage;
    private Optional<String> elsewhere = Optional.empty();
    private final FakeWorkers workers = new FakeWorkers();

    @BeforeEach
    void openStorage() throws IOException {
        storage = Storage.local();
    }

    private String uri() {
        return elsewhere.orElse(directory.toString());
    }

    /** One start of the run, from its newest checkpoint. */
    private final class Start {
        private final CheckpointStore checkpoints = CheckpointStore.open(storage, uri());
        private final RunState from;
        private final RunStore store;
        private final AveragingDriver driver;

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
            Progress progress = Progress.open(Progress.Style.PLAIN, new ProgressTask("train", "rounds", 0, 6), silent);
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

    private List<Long> savedRounds() throws IOException {
        return CheckpointStore.open(storage, uri()).manifests().stream()
                .map(manifest -> manifest.facts().round())
                .toList();
    }

    private List<JsonNode> journal() throws IOException {
        List<JsonNode> entries = new ArrayList<>();
        Journal.open(storage, uri(), Long.MAX_VALUE, entries::add);
        return entries;
    }

    @Test
    void aRunSavesEveryFewRoundsAndAtItsEnd() throws IOException {
        RunState end = new Start(5).run();
        assertThat(end.round()).isEqualTo(5);
        assertThat(end.tokens()).isEqualTo(100);
        assertThat(savedRounds()).containsExactly(5L, 4L, 2L);
    }

    @Test
    void aStoppedAndResumedRunEndsLikeAStraightOne(@TempDir Path other) throws IOException {
        RunState straight = new Start(0).run();
        directory = other;
        new Start(3).run();
        RunState resumed = new Start(0).run();
        assertThat(resumed.state().theta()).containsExactly(straight.state().theta());
        assertThat(resumed.state().firstMoment())
                .containsExactly(straight.state().firstMoment());
        assertThat(resumed.outerMomentum()).containsExactly(straight.outerMomentum());
        assertThat(resumed.tokens()).isEqualTo(straight.tokens());
        assertThat(workers.rounds).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 0L, 1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void aResultOfAnotherContractIsRefusedInItsRoundByName() throws IOException {
        new Start(2).run();
        workers.fingerprint = new Fingerprint(99, "21 amd64", "vector of 8 lanes", "another processor");
        assertThatThrownBy(() -> new Start(0).run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "round 3: the result of worker 0 on executor 7@host is of numeric contract 99 (Java 21 amd64,"
                                + " kernel vector of 8 lanes, another processor), expected numeric contract "
                                + HyenaLanguageModel.NUMERIC_CONTRACT
                                + ", the driver's: give all executors the driver's version of hyena-spark");
        assertThat(journal()).hasSize(2);
    }

    @Test
    void theJournalNamesTheMachinesWhereTheyChange() throws IOException {
        Fingerprint first = workers.fingerprint;
        new Start(3).run();
        workers.fingerprint = new Fingerprint(first.contract(), "25 arm64", "vector of 4 lanes", "another");
        new Start(0).run();
        List<JsonNode> lines = journal();
        assertThat(lines.get(0).get("machines")).containsExactly(first.toJson());
        assertThat(lines.get(3).get("machines")).containsExactly(workers.fingerprint.toJson());
        assertThat(lines.stream().filter(line -> line.has("machines"))).hasSize(2);
    }

    @Test
    void theHeldOutLossIsMeasuredEveryFewRoundsAndAtTheEndOfTheRun() throws IOException {
        new Start(0).run();
        assertThat(workers.validated).containsExactly(4L, 6L);
    }

    private Start impatient(long stopAfterRounds, boolean keepBest) throws IOException {
        return new Start(stopAfterRounds, TRAIN, 1, 2, keepBest);
    }

    @Test
    void aRunEndsWithACheckpointWhenItsHeldOutLossNoLongerFalls() throws IOException {
        workers.heldOut = round -> round == 3 ? 0.5 : 1; // round 2 is no better than round 1
        RunState end = impatient(0, true).run();
        assertThat(end.round()).isEqualTo(5);
        assertThat(savedRounds()).containsExactly(5L, 4L, 3L);
        workers.rounds.clear();
        assertThat(impatient(0, true).run().round()).isEqualTo(5);
        assertThat(workers.rounds).isEmpty();
    }

    @Test
    void patienceIsCountedOnByTheNextDriver() throws IOException {
        workers.heldOut = round -> round == 3 ? 0.5 : 1;
        impatient(4, false).run();
        assertThat(impatient(0, false).run().round()).isEqualTo(5);
        assertThat(savedRounds()).containsExactly(5L, 4L, 2L);
    }

    @Test
    void theBestCheckpointStaysBesideTheNewest() throws IOException {
        workers.heldOut = round -> round == 1 ? 0.5 : 1;
        new Start(0, TRAIN, 1, 0, true).run();
        assertThat(savedRounds()).containsExactly(6L, 4L, 2L, 1L);
    }

    @Test
    void changesAreInTheManifestsAndInTheLineOfTheirRound() throws IOException {
        var change = new TrainingProgress.Change(3, "train.lr", "1", "2");
        var start = new Start(4);
        start.store.resumes(TrainingProgress.Best.NONE, List.of(change));
        start.run();
        new Start(0).run();
        assertThat(CheckpointStore.open(storage, uri()).manifests())
                .allMatch(manifest -> manifest.facts().progress().changes().equals(List.of(change)));
        assertThat(journal())
                .extracting(entry -> entry.path("changes").toString())
                .containsExactly("", "", "[" + change.toJson() + "]", "", "", "");
    }

    @Test
    void everyRoundLeavesOneLineInTheJournal() throws IOException {
        new Start(3).run();
        new Start(0).run();
        assertThat(journal())
                .extracting(entry -> entry.get("round").longValue())
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        JsonNode fourth = journal().get(3);
        assertThat(fourth.get("loss").doubleValue()).isEqualTo(3);
        assertThat(fourth.get("held_out_loss").doubleValue()).isEqualTo(3);
        assertThat(fourth.get("held_out_by_position").toString()).isEqualTo("{\"0\":2.0,\"128\":4.0}");
        assertThat(fourth.get("tokens").longValue()).isEqualTo(80);
        assertThat(fourth.get("delta_norms")).hasSize(2);
        assertThat(fourth.get("bytes_up").longValue()).isEqualTo(2L * PARAMETERS * Float.BYTES);
        assertThat(fourth.get("bytes_down").longValue()).isEqualTo(2L * PARAMETERS * Float.BYTES);
        assertThat(fourth.get("moment_bytes_up").longValue()).isEqualTo(2L * 2 * PARAMETERS * Float.BYTES);
        assertThat(fourth.get("moment_bytes_down").longValue()).isEqualTo(2L * 2 * PARAMETERS * Float.BYTES);
        assertThat(fourth.get("worker_steps").toString()).isEqualTo("[2,2]");
        assertThat(fourth.get("steps").longValue()).isEqualTo(40);
        assertThat(fourth.get("executors").get(0).textValue()).isEqualTo("7@host");
        assertThat(fourth.get("theta_sha256").textValue()).hasSize(64);
        assertThat(journal().get(2).has("held_out_loss")).isFalse();
    }

    @Test
    void roundsAfterTheLastCheckpointLeaveNoTraceInTheJournal() throws IOException {
        new Start(0).run();
        Files.delete(directory.resolve("manifest").resolve(savedFile(6)));
        new Start(0).run();
        assertThat(journal())
                .extracting(entry -> entry.get("round").longValue())
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    /** Rounds that are finished and in no checkpoint yet, at every moment at which workers compute. */
    @Test
    void aKilledDriverLosesAsManyFinishedRoundsAsLieBetweenCheckpointsAndNoMore() throws IOException {
        var most = new AtomicLong();
        workers.afterTraining = () -> {
            long finished = workers.rounds.size() - 1L;
            most.accumulateAndGet(finished - newestSaved(), Math::max);
        };
        new Start(0).run();
        assertThat(most).hasValue(CHECKPOINT_EVERY);
    }

    private long newestSaved() {
        try {
            return savedRounds().stream().mapToLong(round -> round).max().orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String savedFile(long round) throws IOException {
        return CheckpointStore.open(storage, uri()).manifests().stream()
                .filter(manifest -> manifest.facts().round() == round)
                .map(manifest -> manifest.path().replaceFirst(".*/", ""))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void beingToldToStopSavesTheLastFinishedRoundAndNoOther() throws IOException {
        var start = new Start(0);
        workers.afterTraining = () -> {
            if (workers.rounds.size() == 4) {
                stop(start.driver); // in the middle of round 4; 3 is done and not saved
            }
        };
        assertThatThrownBy(start::run)
                .isInstanceOf(AveragingDriver.StoppedException.class)
                .hasMessage("stopped after round 3; the same command continues");
        assertThat(savedRounds()).containsExactly(3L, 2L);
        assertThat(journal()).hasSize(3);
    }

    private static void stop(AveragingDriver driver) {
        try {
            driver.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStopClaimsNoCheckpointThatCouldNotBeWritten() throws IOException {
        var start = new Start(0);
        workers.afterTraining = () -> {
            if (workers.rounds.size() == 3) { // round 2 waits to be saved
                putInTheWayOfCheckpoints();
                assertThatThrownBy(start.driver::stop).isInstanceOf(IOException.class);
            }
        };
        assertThatThrownBy(start::run)
                .isInstanceOf(IOException.class)
                .hasMessage("stopped, and round 2 could not be saved; the same command resumes at round 0");
    }

    @Test
    void aStopSavesTheRoundWhoseCheckpointFailedBefore() throws IOException {
        var start = new Start(0);
        workers.afterTraining = () -> {
            if (workers.rounds.size() == 2) {
                putInTheWayOfCheckpoints();
            }
        };
        assertThatThrownBy(start::run).isInstanceOf(IOException.class);
        Files.delete(directory.resolve("manifest"));
        start.driver.stop();
        assertThat(savedRounds()).containsExactly(2L);
    }

    /** The name of the run makes what the store says a reason to wait, for no time here. */
    @Test
    void aStoreThatIsBackAfterThePatienceGetsTheRoundAndTheRunGoesOn() throws IOException {
        Map<String, String> hadoop = Map.of("fs.mem.impl", MemoryFileSystem.class.getName(), Patience.KEY, "0");
        elsewhere = Optional.of("mem://" + UUID.randomUUID() + "/timedout");
        storage = Storage.of(hadoop);
        var settings = new Configuration();
        hadoop.forEach(settings::set);
        try (var store = (MemoryFileSystem) FileSystem.get(URI.create(uri()), settings)) {
            workers.afterTraining = () -> {
                if (workers.rounds.size() == 3) { // round 2 waits to be saved
                    store.inject(StoreFault.before(Operation.CREATE).on("/manifest/"));
                }
            };
            assertThat(new Start(0).run().round()).isEqualTo(6);
            assertThat(store.pendingFaults()).isZero();
            assertThat(savedRounds()).containsExactly(6L, 4L, 2L);
            assertThat(journal()).hasSize(6);
        }
    }

    private void putInTheWayOfCheckpoints(boolean now) {
        try {
            if (now) {
                storage.delete(directory.resolve("manifest").toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (now) {
            putInTheWayOfCheckpoints();
        }
    }

    private void putInTheWayOfCheckpoints() {
        try {
            Files.writeString(directory.resolve("manifest"), "not a directory");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStopBeforeTheFirstRoundIsFinishedClaimsNoCheckpoint() throws IOException {
        var start = new Start(0);
        workers.afterTraining = () -> stop(start.driver);
        assertThatThrownBy(start::run)
                .isInstanceOf(AveragingDriver.StoppedException.class)
                .hasMessage("stopped before a round was finished; the same command begins again");
        assertThat(savedRounds()).isEmpty();
    }

    @Test
    void aRunThatIsCompleteDoesNothing() throws IOException {
        new Start(0).run();
        workers.rounds.clear();
        assertThat(new Start(0).run().round()).isEqualTo(6);
        assertThat(workers.rounds).isEmpty();
    }

    @Test
    @Tag("fault-18")
    void aLossThatIsNoNumberTwiceStopsTheRunAndNamesTheWorker() throws IOException {
        var start = new Start(0);
        workers.lossTheSecondTime = Double.NaN;
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() == 2 ? Double.NaN : 2;
        assertThatThrownBy(start::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageContaining("round 3 diverged: worker 1 has loss NaN")
                .hasMessageContaining("also when it was computed again, on executors 7@host and 8@other")
                .hasMessageContaining("the last good checkpoint is that of round 2")
                .hasMessageContaining("train.lr");
        assertThat(savedRounds()).containsExactly(2L);
        assertThat(workers.again).containsExactly(1);
    }

    @Test
    void aBadResultThatComesOutGoodTheSecondTimeLeavesNoTraceInTheBits() throws IOException {
        RunState undisturbed = new Start(0).run();
        directory = directory.resolve("other");
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() % 6 == 2 ? Double.NaN : 2;
        RunState end = new Start(0).run();
        assertThat(workers.again).containsExactly(1);
        assertThat(end.state().theta()).containsExactly(undisturbed.state().theta());
        assertThat(journal().get(2).get("again").toString()).isEqualTo("[1]");
        assertThat(journal().get(1).has("again")).isFalse();
    }

    @Test
    @Tag("fault-18")
    void aStepFarOutOfLineIsComputedAgainAndDroppedIfTheRunMayGoOn() throws IOException {
        var draft = new TrainConfigDraft();
        draft.guard = new TrainConfig.Guard(10, TrainConfig.Guard.Action.DROP);
        workers.stepTheSecondTime = 1e6;
        workers.afterTraining = () -> workers.stepOfWorkerOne = workers.rounds.size() == 2 ? 1e6 : 1;
        RunState end = new Start(0, draft.config()).run();
        assertThat(workers.again).containsExactly(1);
        assertThat(end.tokens()).as("one worker of one round is missing").isEqualTo(110);
        JsonNode third = journal().get(2);
        assertThat(third.get("dropped").toString()).isEqualTo("[1]");
        assertThat(third.get("worker_steps").toString()).isEqualTo("[2,0]");
        assertThat(third.get("delta_norms")).hasSize(1);
    }

    @Test
    @Tag("fault-18")
    void aStepFarOutOfLineStopsTheRunOtherwise() throws IOException {
        workers.stepTheSecondTime = 1e6;
        workers.stepOfWorkerOne = 1e6;
        assertThatThrownBy(new Start(0)::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageContaining("round 1 diverged: worker 1 went ")
                .hasMessageContaining("train.guard.max-delta-ratio times the median")
                .hasMessageContaining("there is no checkpoint yet");
    }

    /** The mean loss of the workers is 3 in round 1, and 4.5 from round 3 on. */
    @Test
    void aLossThatStaysFarAboveThatOfTheFirstRoundStopsTheRunAndItsLastCheckpointIsGood() throws IOException {
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() >= 2 ? 5 : 2;
        assertThatThrownBy(new Start(0)::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageStartingWith("the training diverged: its loss was more than 1 nat above the 3.0000 of its"
                        + " first round for 3 rounds, and is 4.5000 now; the last good checkpoint is that of round 2");
        assertThat(savedRounds()).as("not that of round 4, which was due").containsExactly(2L);
    }

    /** Such as that of labels with weights. */
    @Test
    void aLossWithoutABoundMayStayFarAboveThatOfTheFirstRound() throws IOException {
        workers.mostAboveFirst = Double.POSITIVE_INFINITY;
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() >= 2 ? 5000 : 2;
        new Start(0).run();
        assertThat(savedRounds()).containsExactly(6L, 4L, 2L);
    }

    @Test
    void aLossThatRisesAndComesBackOnlyDelaysTheCheckpoint() throws IOException {
        workers.afterTraining =
                () -> workers.lossOfWorkerOne = workers.rounds.size() == 2 || workers.rounds.size() == 3 ? 5 : 2;
        new Start(0).run();
        assertThat(savedRounds()).containsExactly(6L, 5L, 2L);
    }

    /** Also when the journal has the first round: the run was stopped and resumed since. */
    @Test
    void aResumedRunIsComparedWithItsFirstRound() throws IOException {
        new Start(2).run();
        workers.lossOfWorkerOne = 5;
        assertThatThrownBy(new Start(0)::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageContaining("the last good checkpoint is that of round 2");
    }

    /** The loss rises in rounds 3 and 4, after which the job is to stop. */
    @Test
    void aJobThatEndsInWhatMayBeADivergenceSavesNothingOfItAndTheRunGoesOnFromTheGoodCheckpoint() throws IOException {
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() >= 2 ? 5 : 2;
        assertThatThrownBy(new Start(4)::run)
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageStartingWith("round 4, the last of this job, is not saved: its loss is more than 1 nat above"
                        + " that of the first round, so it may be part of a divergence, which a larger"
                        + " run.stop-after-rounds or run.patience shows; the last good checkpoint is that of round 2.");
        assertThat(savedRounds()).containsExactly(2L);
        workers.afterTraining = () -> {};
        workers.lossOfWorkerOne = 2; // as with a lower rate
        assertThat(new Start(0).run().round()).isEqualTo(6);
        assertThat(workers.rounds).containsExactly(0L, 1L, 2L, 3L, 2L, 3L, 4L, 5L);
    }

    /** The last checkpoint is of a round that rose, so the next process has three rounds to come down. */
    @Test
    void aRunThatIsMadeLongerAfterALastRoundThatRoseHasTimeToComeBack() throws IOException {
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() >= 4 ? 5 : 2;
        new Start(0).run();
        assertThat(savedRounds()).startsWith(6L);
        var guard = new DivergenceGuard(
                TRAIN.guard(), workers, List.of(new LossPoint(20, 3), new LossPoint(40, 4.5), new LossPoint(60, 4.5)));
        assertThat(guard.rises(4.5)).isTrue();
        assertThat(guard.rises(4.5)).isTrue();
        assertThatThrownBy(() -> guard.rises(4.5))
                .isInstanceOf(AveragingDriver.DivergedException.class)
                .hasMessageContaining("above the 3.0000 of its first round for 3 rounds, and is 4.5000 now");
    }

    @Test
    void aStopSavesNoRoundThatMayBePartOfADivergence() throws IOException {
        var start = new Start(0);
        workers.afterTraining = () -> {
            workers.lossOfWorkerOne = workers.rounds.size() >= 2 ? 5 : 2;
            if (workers.rounds.size() == 4) {
                assertThatThrownBy(start.driver::stop)
                        .isInstanceOf(IOException.class)
                        .hasMessage("its loss is more than 1 nat above that of the first round");
            }
        };
        assertThatThrownBy(start::run).isInstanceOf(IOException.class);
        assertThat(savedRounds()).containsExactly(2L);
        assertThat(start.driver.standing("why"))
                .isEqualTo("stopped; round 3 is not saved: why; the same command continues after round 2");
    }

    @Test
    void whatAStopLeavesIsSaidWhetherItWasSavedOrNot() throws IOException {
        var start = new Start(3);
        start.run();
        assertThat(start.driver.standing("")).isEqualTo("stopped after round 3; the same command continues");
        var unsaved = new Start(0);
        workers.afterTraining = () -> putInTheWayOfCheckpoints(workers.rounds.size() == 5);
        assertThatThrownBy(unsaved::run).isInstanceOf(IOException.class);
        assertThat(unsaved.driver.standing("no answer"))
                .isEqualTo("stopped; round 4 is not saved: no answer; the same command continues after round 3");
    }

    @Test
    @Tag("fault-19")
    void aRoundWithoutATargetChangesNothingAndTheRunGoesOn() throws IOException {
        RunState before = new Start(2).run();
        workers.tokens = 0;
        RunState after = new Start(3).run();
        assertThat(after.round()).isEqualTo(3);
        assertThat(after.tokens()).isEqualTo(before.tokens());
        assertThat(after.state().theta()).containsExactly(before.state().theta());
        assertThat(after.state().firstMoment()).containsExactly(before.state().firstMoment());
        assertThat(after.state().secondMoment()).containsExactly(before.state().secondMoment());
        assertThat(after.outerMomentum()).containsExactly(before.outerMomentum());
        workers.tokens = 10;
        RunState end = new Start(0).run();
        assertThat(end.round()).isEqualTo(6);
        assertThat(end.tokens()).isEqualTo(100);
        assertThat(workers.again).isEmpty();
    }

    @Test
    @Tag("fault-19")
    void aRoundWithoutATargetHasNoLossInTheJournal() throws IOException {
        workers.afterTraining = () -> workers.tokens = workers.rounds.size() == 2 ? 0 : 10;
        new Start(0).run();
        assertThat(journal())
                .extracting(entry -> entry.has("loss"))
                .containsExactly(true, true, false, true, true, true);
        JsonNode third = journal().get(2);
        assertThat(third.get("round").longValue()).isEqualTo(3);
        assertThat(third.get("tokens").longValue()).isEqualTo(40);
        assertThat(third.get("worker_tokens").toString()).isEqualTo("[0,0]");
        assertThat(third.get("worker_losses").toString()).isEqualTo("[null,null]");
        assertThat(third.get("worker_steps").toString()).isEqualTo("[2,2]");
        assertThat(third.get("update_norm").doubleValue()).isZero();
        assertThat(third.has("delta_cosine")).isFalse();
        assertThat(third.get("theta_sha256")).isEqualTo(journal().get(1).get("theta_sha256"));
    }

    /** What the guard left over has no target, whatever the worker that it dropped had. */
    @Test
    @Tag("fault-19")
    void aRoundThatIsLeftWithoutATargetByTheGuardChangesNothing() throws IOException {
        var draft = new TrainConfigDraft();
        draft.guard = new TrainConfig.Guard(10, TrainConfig.Guard.Action.DROP);
        workers.tokens = 0;
        workers.lossOfWorkerOne = Double.NaN;
        workers.lossTheSecondTime = Double.NaN;
        RunState end = new Start(1, draft.config()).run();
        assertThat(end.state().theta()).containsExactly(1, 2, 3);
        assertThat(journal().get(0).get("dropped").toString()).isEqualTo("[1]");
        assertThat(journal().get(0).get("worker_steps").toString()).isEqualTo("[2,0]");
    }

    @Test
    void aDriverThatWasReplacedStopsAtItsNextCheckpoint() throws IOException {
        var old = new Start(0);
        new Start(1).run();
        assertThatThrownBy(old::run)
                .isInstanceOf(LockedException.class)
                .hasMessageContaining("another driver, epoch 2, has taken over the run");
    }

    @Test
    void theLossCurveAndReportsAreWritten() throws IOException {
        var start = new Start(2);
        start.run();
        start.store.writeReports();
        assertThat(start.store.failedWrites()).isZero();
        assertThat(Files.readAllBytes(directory.resolve("loss.png"))).startsWith(0x89, 'P', 'N', 'G');
        assertThat(Files.readString(directory.resolve("report.html"))).contains("<dt>Rounds</dt><dd>2</dd>");
        assertThat(directory.resolve("events.out.tfevents.0.hyena")).isNotEmptyFile();
    }

    @Test
    @Tag("fault-24")
    void aRunGoesOnWithoutItsJournalItsCurveAndItsPage() throws IOException {
        Files.createDirectories(directory.resolve("journal.jsonl/in-the-way"));
        Files.createDirectories(directory.resolve("loss.png/in-the-way"));
        Files.createDirectories(directory.resolve("report.html/in-the-way"));
        Files.createDirectories(directory.resolve("events.out.tfevents.0.hyena/in-the-way"));
        var start = new Start(2);
        assertThat(start.run().round()).isEqualTo(2);
        assertThat(start.store.failedWrites()).as("journal").isEqualTo(1);
        start.store.writeReports();
        assertThat(start.store.failedWrites())
                .as("curve, page and events besides")
                .isEqualTo(4);
        assertThat(DriverState.ofThisProcess().gauge(DriverState.FAILED_WRITES)).isEqualTo(4);
        assertThat(savedRounds()).containsExactly(2L);
    }

    @Test
    void aCheckpointThatTheDriverCannotHoldIsRefusedBeforeItIsRead() throws IOException {
        new Start(1).run();
        CheckpointManifest manifest =
                CheckpointStore.open(storage, uri()).manifests().get(0);
        TrainingMemory.refuseUnlessItFits(manifest);
        List<VectorFile> huge = manifest.files().stream()
                .map(file -> new VectorFile(file.vector(), file.path(), 1L << 50, file.crc32c(), file.sha256()))
                .toList();
        var large = new CheckpointManifest(
                manifest.facts(), manifest.epoch(), manifest.thetaSha256(), manifest.provenance(), huge);
        assertThatThrownBy(() -> TrainingMemory.refuseUnlessItFits(large))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("the checkpoint of round 1 needs 4,294,967,296 MiB of the heap of the driver, found"
                        + " [0-9,]+ MiB; give -- --driver-memory SIZE, or train a smaller model in another run.dir");
    }

    @Test
    void plansThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new AveragingDriver.Plan(6, 0, 0, 0, 0, 64, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("checkpoint.every-rounds: found 0, expected at least 1");
        assertThatThrownBy(() -> new AveragingDriver.Plan(6, -1, 0, 0, 1, 64, true))
                .hasMessage("run.stop-after-rounds: found -1, expected 0 (at the end) or more");
        assertThatThrownBy(() -> new RunDirectory("x", 0, false))
                .hasMessage("checkpoint.keep: found 0, expected at least 1");
    }
}
