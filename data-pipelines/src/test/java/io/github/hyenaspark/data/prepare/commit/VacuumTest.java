package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VacuumTest {
    @TempDir
    Path directory;

    private TestCorpus corpus;
    private String dataset;

    @BeforeEach
    void prepareTwice() throws IOException {
        corpus = new TestCorpus(directory).add("a.txt", "a".repeat(900)).add("b.txt", "b".repeat(900));
        dataset = corpus.dataset().toString();
        corpus.prepare(corpus.config());
        corpus.add("b.txt", "B".repeat(800)).add("bad.txt", new byte[] {(byte) 0xFF});
        corpus.prepare(corpus.settings("data.on-changed=replace"));
    }

    @Test
    void everythingThatASnapshotListsStays() throws IOException {
        Map<String, String> before = TestCorpus.files(corpus.dataset());

        Vacuum.Result result = Vacuum.run(corpus.storage(), dataset, Long.MAX_VALUE);
        assertThat(result.files()).isZero();
        assertThat(result.kept()).isEqualTo(before.size() - 3); // the snapshots and _SUCCESS are not looked at
        assertThat(TestCorpus.files(corpus.dataset())).isEqualTo(before);
        assertThat(DatasetVerification.run(corpus.storage(), dataset).faults()).isEmpty();
    }

    @Test
    void theRootOfABucketIsADatasetAsAnyFolderIs() throws IOException {
        Map<String, String> hadoop = Map.of("fs.mem.impl", MemoryFileSystem.class.getName());
        Storage storage = Storage.of(hadoop);
        String root = "mem://" + UUID.randomUUID() + "/";
        for (String name : TestCorpus.files(corpus.dataset()).keySet()) {
            storage.replace(root + name, Files.readAllBytes(corpus.dataset().resolve(name)));
        }
        storage.replace(root + "train/tok-orphan.bin", new byte[1]);
        storage.replace(root + "train/0/tok-0orphan.bin", new byte[1]);
        assertThat(Vacuum.run(storage, root, Long.MAX_VALUE).files()).isEqualTo(2);
        assertThat(DatasetVerification.run(storage, root).faults()).isEmpty();
    }

    @Test
    void whatNoSnapshotListsGoesWhenItIsOldEnough() throws IOException {
        Map<String, String> before = TestCorpus.files(corpus.dataset());
        corpus.add("c.txt", "c".repeat(900));
        for (WorkUnit unit : corpus.plan(corpus.config()).pending()) {
            corpus.run(unit, corpus.config()); // and never commit
        }
        Files.writeString(corpus.dataset().resolve("train/.tok-x.bin.0-0.tmp"), "cut short");
        int orphans = TestCorpus.files(corpus.dataset()).size() - before.size();

        assertThat(Vacuum.run(corpus.storage(), dataset, 0).files()).isZero();
        assertThat(Vacuum.run(corpus.storage(), dataset, Long.MAX_VALUE).files())
                .isEqualTo(orphans);
        assertThat(TestCorpus.files(corpus.dataset())).isEqualTo(before);
    }

    /** While it was paused another run has taken the dataset over, which counts on these files. */
    @Test
    void aPausedVacuumDeletesNothingMore() throws IOException {
        corpus.add("c.txt", "c".repeat(900));
        corpus.run(corpus.plan(corpus.config()).pending().get(0), corpus.config());
        var time = new AtomicLong();
        DatasetLease lease = DatasetLease.take(corpus.storage(), dataset, new LeaseHost() {
            @Override
            long millis() {
                return time.get();
            }
        });
        Files.writeString(corpus.dataset().resolve("lease.json"), "{\"owner\": \"another\"}");
        Map<String, String> before = TestCorpus.files(corpus.dataset());
        time.set(DatasetLease.SILENT_SECONDS * 1000);

        assertThatThrownBy(() -> Vacuum.run(corpus.storage(), dataset, Long.MAX_VALUE, lease::checkIfPaused))
                .isInstanceOf(LockedException.class)
                .hasMessageStartingWith("another run has taken over this dataset");
        assertThatThrownBy(() -> Expiry.run(corpus.storage(), dataset, 1, Long.MAX_VALUE, lease::checkIfPaused))
                .isInstanceOf(LockedException.class);
        assertThat(TestCorpus.files(corpus.dataset())).isEqualTo(before);
    }

    @Test
    void aDirectoryThatIsNoDatasetIsLeftAlone() {
        assertThatThrownBy(() -> Vacuum.run(corpus.storage(), corpus.input().toString(), Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no snapshot in " + corpus.input());
        assertThat(corpus.input().resolve("a.txt")).exists();
    }
}
