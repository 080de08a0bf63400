package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.Numerics;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.Progress;
import io.github.hyenaspark.jobs.report.ProgressStyle;
import io.github.hyenaspark.jobs.report.RunLog;
import io.github.hyenaspark.jobs.report.Work;
import io.github.hyenaspark.jobs.spark.RunStore.RunDirectory;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.ParameterGroup;
import io.github.hyenaspark.train.OuterConfig;
import io.github.hyenaspark.train.RoundResult;
import io.github.hyenaspark.train.TrainingState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The round loop with workers that need neither Spark nor a model. */
class AveragingDriverTest {
    private static final int PARAMETERS = 3;
    private static final OuterConfig OUTER = new OuterConfig(1, 0.5);

    @TempDir
    Path directory;

    private Storage storage;
    private final FakeWorkers workers = new FakeWorkers();

    /** Two workers; each moves every parameter by a number that depends on state, round and worker. */
    private static final class FakeWorkers implements Workers {
        private final List<Long> rounds = new ArrayList<>();
        private final List<Long> validated = new ArrayList<>();
        private Runnable afterTraining = () -> {};
        private double lossOfWorkerOne = 2;

        @Override
        public long send(TrainingState state) {
            return 0;
        }

        @Override
        public List<WorkerRound> train(long round, TrainingState start) {
            rounds.add(round);
            List<WorkerRound> results = IntStream.range(0, 2)
                    .mapToObj(worker -> result(round, worker, start))
                    .toList();
            afterTraining.run();
            return results;
        }

        private WorkerRound result(long round, int worker, TrainingState start) {
            TrainingState state = start.copy();
            for (int i = 0; i < PARAMETERS; i++) {
                state.theta()[i] += 0.1f * (round + 1) + 0.01f * worker + 0.3f * state.theta()[i];
                state.firstMoment()[i] += 0.7f * worker;
            }
            double loss = worker == 1 ? lossOfWorkerOne : 4;
            return new WorkerRound(
                    new RoundResult(worker, state, 10, 10 * loss, 1), new TaskPlace("7", "host", 0), 1, 2);
        }

        @Override
        public LossSum heldOut(long rounds, TrainingState state) {
            validated.add(rounds);
            return new LossSum(12, 4);
        }
    }

    @BeforeEach
    void openStorage() throws IOException {
        storage = Storage.local();
    }

    /** One start of the run, from its newest checkpoint. */
    private final class Start {
        private final CheckpointStore checkpoints = CheckpointStore.open(storage, directory.toString());
        private final RunState from;
        private final RunStore store;
        private final AveragingDriver driver;

        Start(long stopAfterRounds) throws IOException {
            checkpoints.beginEpoch();
            Optional<Checkpoint> newest = checkpoints.newestValid();
            from = newest.map(RunStore::state)
                    .orElseGet(() ->
                            new RunState(0, 0, TrainingState.initial(new float[] {1, 2, 3}), new float[PARAMETERS]));
            store = RunStore.open(
                    storage,
                    new RunDirectory(directory.toString(), 3),
                    checkpoints,
                    facts(),
                    newest.map(Checkpoint::journalBytes).orElse(0L));
            var silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            Progress progress = Progress.open(ProgressStyle.PLAIN, new Work("train", "rounds", 0, 6), silent);
            driver = new AveragingDriver(new DriverPlan(6, stopAfterRounds, 4, 2), OUTER, workers, store, progress);
        }

        RunState run() throws IOException {
            return driver.run(from);
        }
    }

    private static RunFacts facts() {
        var entry = new ParameterEntry("w", List.of(PARAMETERS), 0, ParameterGroup.BASE);
        return new RunFacts("{}", "d", "s", "t", 256, List.of(entry), new Numerics("17", "none", "none", "1"));
    }

    private List<Long> savedRounds() throws IOException {
        return CheckpointStore.open(storage, directory.toString()).manifests().stream()
                .map(CheckpointManifest::round)
                .toList();
    }

    private List<JsonNode> journal() throws IOException {
        return RunLog.open(storage, directory.toString(), Long.MAX_VALUE).entries();
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
    void theHeldOutLossIsMeasuredEveryFewRoundsAndAtTheEndOfTheRun() throws IOException {
        new Start(0).run();
        assertThat(workers.validated).containsExactly(4L, 6L);
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
        assertThat(fourth.get("tokens").longValue()).isEqualTo(80);
        assertThat(fourth.get("delta_norms")).hasSize(2);
        assertThat(fourth.get("bytes_up").longValue()).isEqualTo(2L * 3 * PARAMETERS * Float.BYTES);
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

    private String savedFile(long round) throws IOException {
        return CheckpointStore.open(storage, directory.toString()).manifests().stream()
                .filter(manifest -> manifest.round() == round)
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
                .isInstanceOf(StoppedException.class)
                .hasMessage("stopped with a checkpoint of round 3; the same command resumes there");
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
    void aRunThatIsCompleteDoesNothing() throws IOException {
        new Start(0).run();
        workers.rounds.clear();
        assertThat(new Start(0).run().round()).isEqualTo(6);
        assertThat(workers.rounds).isEmpty();
    }

    @Test
    void aLossThatIsNoNumberStopsTheRunAndNamesTheWorker() throws IOException {
        var start = new Start(0);
        workers.afterTraining = () -> workers.lossOfWorkerOne = workers.rounds.size() == 2 ? Double.NaN : 2;
        assertThatThrownBy(start::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("round 3 diverged: worker 1 has loss NaN")
                .hasMessageContaining("the run is as it was after round 2")
                .hasMessageContaining("train.lr");
        assertThat(savedRounds()).containsExactly(2L);
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
    void theLossCurveIsDrawn() throws IOException {
        new Start(2).run();
        assertThat(Files.readAllBytes(directory.resolve("loss.png"))).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void aRunGoesOnWithoutItsJournalAndItsCurve() throws IOException {
        Files.createDirectories(directory.resolve("journal.jsonl/in-the-way"));
        Files.createDirectories(directory.resolve("loss.png/in-the-way"));
        assertThat(new Start(2).run().round()).isEqualTo(2);
        assertThat(savedRounds()).containsExactly(2L);
    }

    @Test
    void plansThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new DriverPlan(6, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("checkpoint.every-rounds: found 0, expected at least 1");
        assertThatThrownBy(() -> new DriverPlan(6, -1, 0, 1))
                .hasMessage("run.stop-after-rounds: found -1, expected 0 (at the end) or more");
        assertThatThrownBy(() -> new RunDirectory("x", 0)).hasMessage("checkpoint.keep: found 0, expected at least 1");
    }
}
