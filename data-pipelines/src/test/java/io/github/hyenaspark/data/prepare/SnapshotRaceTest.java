package io.github.hyenaspark.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.SnapshotCommit.Outcome;
import io.github.hyenaspark.data.shard.DatasetSnapshot;
import io.github.hyenaspark.io.LockedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotRaceTest {
    @TempDir
    Path directory;

    @Test
    void theOneWhoComesLaterWithOtherDocumentsIsLockedOut() throws IOException {
        var corpus = new TestCorpus(directory).add("a.txt", "a");
        DataConfig config = corpus.config();
        List<WorkUnit> small = done(corpus, config);
        List<WorkUnit> large = done(corpus.add("b.txt", "b"), config);
        var commit = new SnapshotCommit(corpus.storage(), config);
        DatasetSnapshot first = commit.next(small, Optional.empty());
        DatasetSnapshot second = commit.next(large, Optional.empty());

        assertThat(commit.publish(first).outcome()).isEqualTo(Outcome.CREATED);
        assertThatThrownBy(() -> commit.publish(second))
                .isInstanceOf(LockedException.class)
                .hasMessage("another prepare has created " + corpus.dataset() + "/snapshots/00000001.json meanwhile,"
                        + " from other documents; run prepare again when no other one runs");
        assertThat(DatasetSnapshot.newest(corpus.storage(), config.dataset())).isEqualTo(first);
        // Running again, as the message says, works.
        assertThat(corpus.prepare(config).snapshot().number()).isEqualTo(2);
    }

    @Test
    void ofManyWithTheSameDocumentsOneCreatesTheSnapshot() throws Exception {
        var corpus = new TestCorpus(directory).add("a.txt", "a").add("b.txt", "b");
        DataConfig config = corpus.config();
        List<Outcome> outcomes = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Outcome> prepare = () -> corpus.prepare(config).outcome();
            for (Future<Outcome> one : threads.invokeAll(Collections.nCopies(8, prepare))) {
                outcomes.add(one.get());
            }
        } finally {
            threads.shutdown();
        }

        assertThat(outcomes).containsOnlyOnce(Outcome.CREATED).hasSize(8);
        assertThat(TestCorpus.files(corpus.dataset().resolve("snapshots"))).hasSize(1);
    }

    private static List<WorkUnit> done(TestCorpus corpus, DataConfig config) throws IOException {
        InputPlan plan = InputPlan.of(corpus.storage(), config);
        for (WorkUnit unit : plan.pending()) {
            UnitWork.run(unit, config, corpus.storage());
        }
        return plan.units();
    }
}
