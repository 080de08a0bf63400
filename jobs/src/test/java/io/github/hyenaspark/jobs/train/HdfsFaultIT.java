package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.DisturbedRun;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.MiniHdfs;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.jobs.testing.UndisturbedRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Dataset and run are on an HDFS whose parts fail while a checkpoint is written. The run goes on, or it ends with a
 * sentence, its last checkpoint is intact, and the next start ends it with the same bits.
 */
@Tag("process")
@Tag("fault-21")
class HdfsFaultIT {
    private static final String LOCAL = "local[2]";
    private static final String WRITING = "^theta of round 3 is written";
    private static final long PATIENCE_SECONDS = 120;
    private static final int OUTAGE_SECONDS = 10;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static MiniHdfs hdfs;
    private static UndisturbedRun undisturbed;

    @BeforeAll
    static void trainUndisturbed() throws IOException {
        hdfs = MiniHdfs.start(shared.resolve("hdfs"), 2);
        Map<String, String> settings = new TreeMap<>(hdfs.settings());
        settings.put("dfs.replication", "2");
        settings.put("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER"); // there is none left
        undisturbed = UndisturbedRun.at(new PreparePlace("hdfs", settings, hdfs.uri("faults")), shared);
    }

    @AfterAll
    static void stop() {
        if (hdfs != null) {
            hdfs.close();
        }
    }

    /** Something to do with an HDFS. */
    @FunctionalInterface
    private interface Deed {
        void apply() throws Exception;
    }

    /** The end of a run of which a checkpoint was being written when this was done. */
    private Outcome disturb(DisturbedRun run, Deed deed) throws Exception {
        NamedPoint point = NamedPoint.holding(WRITING, directory.resolve("writing"));
        try (Running running =
                run.process(LOCAL).withDriverAt(point).start(directory, run.train("run.store-patience-seconds=5"))) {
            point.awaitReached(PATIENCE_SECONDS);
            deed.apply();
            point.release();
            return running.await();
        }
    }

    private static void assertGoesOn(DisturbedRun run, Outcome failed, String... words) throws IOException {
        DisturbedRun.assertFailed(failed, 1, words);
        assertThat(run.restorable()).isEqualTo(2);
        run.assertEnded(run.here(), undisturbed);
    }

    @Test
    void aNameNodeInSafeModeEndsTheRunWithASentence() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        Outcome failed = disturb(run, () -> hdfs.safeMode(true));
        hdfs.safeMode(false);
        assertGoesOn(run, failed, "safe mode");
    }

    @Test
    void aDataNodeMayDieIfThereIsAnother() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        List<DataNodeProperties> stopped = new ArrayList<>();
        Outcome outcome = disturb(run, () -> stopped.add(hdfs.stopDataNode()));
        try {
            run.assertEnded(outcome, undisturbed);
        } finally {
            hdfs.startDataNodes(stopped);
        }
    }

    @Test
    @Tag("endurance")
    void withoutDataNodesTheRunEndsWithASentence() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        List<DataNodeProperties> stopped = new ArrayList<>();
        Outcome failed = disturb(run, () -> {
            stopped.add(hdfs.stopDataNode());
            stopped.add(hdfs.stopDataNode());
        });
        hdfs.startDataNodes(stopped);
        assertGoesOn(run, failed, "none of its data nodes takes or has the block");
    }

    /** As where all machines of a pipeline start again at once. */
    @Test
    @Tag("endurance")
    void dataNodesThatComeBackAreWaitedFor() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        NamedPoint point = NamedPoint.holding(WRITING, directory.resolve("writing"));
        try (Running running = run.process(LOCAL).withDriverAt(point).start(directory, run.train())) {
            point.awaitReached(PATIENCE_SECONDS);
            List<DataNodeProperties> stopped = List.of(hdfs.stopDataNode(), hdfs.stopDataNode());
            point.release();
            TimeUnit.SECONDS.sleep(OUTAGE_SECONDS);
            hdfs.startDataNodes(stopped);
            run.assertEnded(running.await(), undisturbed);
        }
    }

    /** Whether the client notices in time that its connection has gone is chance. */
    @Test
    @Tag("endurance")
    void aNameNodeThatStartsAgainIsWaitedForOrEndsTheRunWithASentence() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        Outcome outcome = disturb(run, hdfs::restartNameNode);
        if (outcome.code() == 0) {
            run.assertEnded(outcome, undisturbed);
        } else {
            assertGoesOn(run, outcome, "localhost"); // the name node, whose address the message tells
        }
    }

    @Test
    @Tag("endurance")
    void aNameNodeThatStartsAgainIsWaitedForIfTheSettingsOfHadoopSaySo() throws Exception {
        PreparePlace place = undisturbed.run().place();
        Map<String, String> patient = new TreeMap<>(place.settings());
        patient.put("dfs.client.retry.policy.enabled", "true");
        var run = new DisturbedRun(
                new PreparePlace(place.name(), patient, place.root()),
                undisturbed.disturbed(directory).name());
        run.assertEnded(disturb(run, hdfs::restartNameNode), undisturbed);
    }

    @Test
    @Tag("endurance")
    void theSecondNameNodeOfAPairTakesOver() throws Exception {
        try (MiniHdfs pair = MiniHdfs.startPair(directory.resolve("pair"))) {
            var place = new PreparePlace("pair of name nodes", pair.pairSettings(), pair.uri("faults"));
            DisturbedRun run = DisturbedRun.at(place, directory, "run");
            run.assertEnded(disturb(run, pair::failOver), undisturbed);
        }
    }
}
