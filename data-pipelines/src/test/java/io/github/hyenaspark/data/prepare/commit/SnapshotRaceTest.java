package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.commit.SnapshotCommit.Outcome;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.LockedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotRaceTest {
    @TempDir
    Path directory;

    @Test
    @Tag("goal-7")
    void theOneWhoComesLaterWithOtherDocumentsIsLockedOut() throws IOException {
        var corpus = new TestCorpus(directory).add("a.txt", "a");
        DataConfig config = corpus.config();
        InputPlan small = done(corpus, config);
        InputPlan large = done(corpus.add("b.txt", "b"), config);

        SnapshotCommit.Result first = corpus.commit(config, small);
        assertThat(first.outcome()).isEqualTo(Outcome.CREATED);
        assertThatThrownBy(() -> corpus.commit(config, large))
                .isInstanceOf(LockedException.class)
                .hasMessage("another prepare has created " + corpus.dataset() + "/snapshots/00000001.json meanwhile,"
                        + " from other documents; run prepare again when no other one runs");
        assertThat(DatasetSnapshot.newest(corpus.storage(), config.dataset())).isEqualTo(first.snapshot());
        // Running again, as the message says, works.
        assertThat(corpus.prepare(config).snapshot().number()).isEqualTo(2);
    }

    @Test
    @Tag("goal-7")
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

    private static InputPlan done(TestCorpus corpus, DataConfig config) throws IOException {
        InputPlan plan = corpus.plan(config);
        for (WorkUnit unit : plan.pending()) {
            corpus.run(unit, config);
        }
        return plan;
    }
}
