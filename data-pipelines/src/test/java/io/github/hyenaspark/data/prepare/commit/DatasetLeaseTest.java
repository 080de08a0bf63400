package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetLeaseTest {
    private final Storage storage = Storage.local();

    @TempDir
    Path dataset;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = dataset.resolve("lease.json");
    }

    /** A machine with a name, one table of processes and a clock that whoever waits moves on. */
    private static final class Machine extends LeaseHost {
        private final String table;
        private final long pid;
        private final Map<Long, Long> processes = new HashMap<>();
        private final Runnable everySecond;
        private long seconds;

        Machine(String table, long pid, long began, Runnable everySecond) {
            this.table = table;
            this.pid = pid;
            this.everySecond = everySecond;
            processes.put(pid, began);
        }

        @Override
        public String name() {
            return "localhost";
        }

        @Override
        public String table() {
            return table;
        }

        @Override
        public long pid() {
            return pid;
        }

        @Override
        public long began(long process) {
            return processes.getOrDefault(process, 0L);
        }

        @Override
        long millis() {
            return 1000 * seconds;
        }

        @Override
        boolean await(CountDownLatch closed, long time) {
            seconds += time;
            everySecond.run();
            return false;
        }
    }

    private static Machine machine(String table, long pid, long began) {
        return new Machine(table, pid, began, () -> {});
    }

    private DatasetLease take(LeaseHost host) throws IOException {
        return DatasetLease.take(storage, dataset.toString(), host);
    }

    private JsonNode lease() throws IOException {
        return Json.parse("lease.json", Files.readAllBytes(file));
    }

    @Test
    void onlyOneHoldsIt() throws IOException {
        try (var held = DatasetLease.take(storage, dataset.toString())) {
            held.check();
            assertThatThrownBy(() -> DatasetLease.take(storage, dataset.toString()))
                    .isInstanceOf(LockedException.class)
                    .hasMessageStartingWith(
                            "another run is changing this dataset: found its lease " + dataset + "/lease.json {")
                    .hasMessageEndingWith(
                            "}, expected none; wait for it, or delete the file if that run is certainly gone");
        }
        assertThat(dataset).isEmptyDirectory();
        DatasetLease.take(storage, dataset.toString()).close();
    }

    @Test
    void onlyAPausedRunAsksTheStore() throws IOException {
        Machine machine = machine("boot", 1, 500);
        DatasetLease lease = take(machine);
        Files.delete(file);
        machine.seconds += DatasetLease.SURE_SECONDS;
        lease.checkIfPaused();
        machine.seconds++;
        assertThatThrownBy(lease::checkIfPaused).isInstanceOf(LockedException.class);
    }

    @Test
    void theLeaseOfADeadProcessIsTakenOverAtOnce() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        DatasetLease killed = DatasetLease.take(storage, dataset.toString(), new LeaseHost() {
            @Override
            public long pid() {
                return dead.pid();
            }

            @Override
            public long began(long pid) {
                return 77;
            }
        });
        try (var held = DatasetLease.take(storage, dataset.toString())) {
            assertThat(lease().get("pid").longValue())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(lease().get("fence").longValue()).isEqualTo(2);
            assertThatThrownBy(killed::check).isInstanceOf(LockedException.class);
            held.check();
        }
    }

    @Test
    void aNewProcessWithTheNumberOfTheKilledOneTakesOverAtOnce() throws IOException {
        take(machine("boot", 1, 500));
        Machine again = machine("boot", 1, 900);
        take(again).check();
        assertThat(again.seconds).isZero();
        assertThat(lease().get("fence").longValue()).isEqualTo(2);
        take(machine("boot", 1, 1300)).check();
        assertThat(lease().get("fence").longValue()).isEqualTo(3);
    }

    @Test
    void aContainerStartedAgainWaitsForSilenceAndTakesOver() throws IOException {
        take(machine("boot pid:[1]", 1, 500));
        Machine again = machine("boot pid:[2]", 1, 900); // the same pod: same name, same process number
        take(again).check();
        assertThat(again.seconds).isEqualTo(DatasetLease.SILENT_SECONDS);
    }

    @Test
    void machinesOfTheSameNameDoNotStealALeaseThatLives() throws IOException {
        for (String table : new String[] {"other", ""}) {
            try (DatasetLease held = take(machine(table.isEmpty() ? "" : "boot", 1, 500))) {
                var second = new int[1];
                Machine other = new Machine(table, 1, 500, () -> {
                    if (++second[0] % DatasetLease.RENEW_SECONDS == 0) {
                        renew(held);
                    }
                });
                assertThatThrownBy(() -> take(other)).isInstanceOf(LockedException.class);
                held.check();
            }
        }
    }

    private static void renew(DatasetLease lease) {
        try {
            lease.renew();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aPausedOwnerLeavesItsSuccessorAlone() throws IOException {
        DatasetLease paused = take(machine("here", 7, 500));
        try (DatasetLease successor = take(machine("there", 7, 500))) {
            paused.stopIfLost(); // it has not looked yet
            String before = Files.readString(file);
            assertThatThrownBy(paused::renew)
                    .isInstanceOf(LockedException.class)
                    .hasMessageContaining("another run has taken over this dataset")
                    .hasMessageContaining("run the same command again when no other one runs");
            assertThat(file).content().isEqualTo(before);
            assertThatThrownBy(paused::stopIfLost).isInstanceOf(LockedException.class);
            assertThatThrownBy(paused::check).isInstanceOf(LockedException.class);
            successor.begins();
            paused.committed();
            assertThat(dataset.resolve("epoch.json")).exists();
            paused.close();
            successor.check();
            successor.renew();
            successor.committed();
        }
        assertThat(dataset).isEmptyDirectory();
    }

    @Test
    void ofTwoOwnersAfterABadMomentOneStops() throws IOException {
        DatasetLease paused = take(machine("here", 7, 500));
        byte[] old = Files.readAllBytes(file);
        DatasetLease successor = take(machine("there", 7, 500));
        Files.write(file, old); // paused between reading and writing
        assertThatThrownBy(successor::renew).isInstanceOf(LockedException.class);
        paused.renew();
        paused.check();
    }

    @Test
    void aDeletedLeaseStopsItsOwner() throws IOException {
        DatasetLease held = take(machine("here", 7, 500));
        Files.delete(file);
        assertThatThrownBy(held::check)
                .isInstanceOf(LockedException.class)
                .hasMessageContaining("found none in " + file);
    }

    @Test
    void oneThatWasCutShortIsRenewedByItsOwnerAndWaitedForByOthers() throws IOException {
        DatasetLease held = take(machine("here", 7, 500));
        Files.writeString(file, "{\"owner\":");
        held.renew();
        assertThat(lease().get("renewals").longValue()).isEqualTo(1);
        Files.writeString(file, "{\"owner\":");
        Machine other = machine("here", 8, 500);
        take(other).check();
        assertThat(other.seconds).isEqualTo(DatasetLease.SILENT_SECONDS);
    }

    @Test
    void workSinceTheFirstPrepareStaysUntilOneCommits() throws IOException {
        try (DatasetLease first = take(machine("here", 7, 500))) {
            assertThat(since()).isEmpty();
            first.begins();
        }
        Path epoch = dataset.resolve("epoch.json");
        Files.setLastModifiedTime(epoch, FileTime.fromMillis(1_000_000_000));
        try (DatasetLease second = take(machine("here", 8, 600))) {
            second.begins();
            assertThat(since()).hasValue(999_940_000);
            second.committed();
            assertThat(since()).isEmpty();
        }
    }

    private OptionalLong since() throws IOException {
        return DatasetLease.uncommittedSince(storage, dataset.toString());
    }
}
