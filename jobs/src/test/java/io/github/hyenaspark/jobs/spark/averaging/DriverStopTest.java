package io.github.hyenaspark.jobs.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.checkpoint.VectorFile;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.store.Patience;
import io.github.hyenaspark.jobs.spark.run.RunState;
import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver that is stopped, killed or replaced, or whose store is away, and what the next one finds. */
class DriverStopTest extends DriverRuns {
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

    /** Such as for want of memory, in the thread that writes. */
    @Test
    void aStopSavesTheRoundWhoseWriterStumbled() throws IOException {
        storage = Storage.of(Map.of("fs.stumbling.impl", Stumbling.class.getName()));
        elsewhere = Optional.of("stumbling://" + UUID.randomUUID() + "/run");
        Stumbling.STUMBLES.set(1);
        var start = new Start(0);
        assertThatThrownBy(start::run).isInstanceOf(IllegalStateException.class);
        assertThat(savedRounds()).isEmpty();
        start.driver.stop();
        assertThat(savedRounds()).containsExactly(2L);
    }

    /** An error that is not the store's ends the creation of a manifest. */
    static final class Stumbling extends MemoryFileSystem {
        private static final AtomicInteger STUMBLES = new AtomicInteger();

        @Override
        public FSDataOutputStream create(
                org.apache.hadoop.fs.Path file,
                FsPermission permission,
                boolean overwrite,
                int buffer,
                short replication,
                long block,
                Progressable progress)
                throws IOException {
            if (file.getParent().getName().equals("manifest") && STUMBLES.getAndDecrement() > 0) {
                throw new IllegalStateException("stumbled");
            }
            return super.create(file, permission, overwrite, buffer, replication, block, progress);
        }
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
    void aDriverThatWasReplacedStopsAtItsNextCheckpoint() throws IOException {
        var old = new Start(0);
        new Start(1).run();
        assertThatThrownBy(old::run)
                .isInstanceOf(LockedException.class)
                .hasMessageContaining("another driver, epoch 2, has taken over the run");
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
}
