package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.jobs.testing.DisturbedRun;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.Signals;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.jobs.testing.StandaloneCluster;
import io.github.hyenaspark.jobs.testing.UndisturbedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Executors that hang, leave, run out of memory or die again and again: a round ends by another attempt with the same
 * bits, or the command ends with a sentence and the last checkpoint is intact. It never hangs.
 */
class ExecutorFaultIT {
    private static final String CLUSTER = "local-cluster[2,1,512]";
    private static final long PATIENCE_SECONDS = 120;
    private static final long LOOK_NANOS = 50_000_000;
    private static final long SEED = 3;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static UndisturbedRun undisturbed;

    @BeforeAll
    static void trainUndisturbed() throws IOException {
        undisturbed = UndisturbedRun.onDisk(shared);
    }

    private NamedPoint holding(String message) {
        return NamedPoint.holding(message, directory.resolve("held"));
    }

    /** It is stopped before it gets its task, and stays so: nothing but the missing heartbeats tells the driver. */
    @Test
    @Tag("endurance")
    @Tag("fault-4")
    void anExecutorThatHangsIsReplaced() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        NamedPoint point = holding("^round 3 is sent");
        HyenaProcess process = run.process(CLUSTER)
                .withDriverAt(point)
                .with("spark.network.timeout", "8s")
                .with("spark.network.timeoutInterval", "1s")
                .with("spark.executor.heartbeatInterval", "1s");
        try (Running running = process.start(directory, run.train())) {
            point.awaitReached(PATIENCE_SECONDS);
            ProcessHandle hung =
                    Objects.requireNonNull(Signals.awaitExecutors(running, 2).get(0), "executor 0");
            try {
                Signals.pause(hung);
                point.release();
                Outcome outcome = running.await();
                run.assertEnded(outcome, undisturbed);
                assertThat(outcome.messages()).contains("Removing executor 0 with no recent heartbeats");
            } finally {
                hung.destroyForcibly();
            }
        }
    }

    @Test
    @Tag("endurance")
    @Tag("fault-4")
    void aTaskThatKillsEveryExecutorEndsTheRunAsItWas() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        run.here("run.stop-after-rounds=2").json();
        NamedPoint point = NamedPoint.killing("^worker 1 begins", directory.resolve("death"))
                .times(20);
        Outcome failed = run.process(CLUSTER).withExecutorsAt(point).run(directory, run.train());
        DisturbedRun.assertFailed(
                failed, 1, "a task lost its executor 4 times", "code 137", "see the logs of executors");
        assertThat(point.reached()).as("attempts").isEqualTo(4);
        assertThat(run.restorable()).isEqualTo(2);
        run.assertEnded(run.here(), undisturbed);
    }

    /** No checkpoint is due for them. */
    @Test
    @Tag("process")
    @Tag("fault-4")
    void aRunThatFailsKeepsTheRoundsThatItHasFinished() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        NamedPoint point = NamedPoint.killing("^worker 0 has read in step 4:", directory.resolve("death")) // of round 3
                .times(20);
        Outcome failed = run.process("local-cluster[1,1,512]")
                .with("spark.task.maxFailures", "2")
                .withExecutorsAt(point)
                .run(directory, run.train("checkpoint.every-rounds=100"));
        assertThat(failed.code()).as(failed.messages()).isEqualTo(1);
        assertThat(run.restorable()).isEqualTo(2);
        run.assertEnded(run.here(), undisturbed);
    }

    /** One activation of this model takes more native memory than an executor may have. */
    @Test
    @Tag("endurance")
    @Tag("fault-4")
    void anExecutorWithoutEnoughMemoryEndsTheRunWithASentence() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        String[] large = run.train("model.d-model=128", "model.l-max=1024", "train.batch-size=1024");
        Outcome failed = run.process(CLUSTER).run(directory, large);
        DisturbedRun.assertFailed(
                failed, 1, "memory ran out: ", "spark.executor.memoryOverhead", "train.batch-size", "inspect memory");
        assertThat(run.restorable()).isZero();
    }

    /** A task in the driver's process, and the driver itself: neither ends with a code of Spark's or a stack trace. */
    @ParameterizedTest
    @CsvSource({
        "local[2], 1, memory ran out: Failed to allocate memory within limits, model.d-model=128 model.l-max=1024"
                + " train.batch-size=512",
        "local-cluster[2;1;512], 2, MiB of the heap of the driver, model.d-model=1024 model.n-layer=4"
    })
    @Tag("endurance")
    void aDriverWithoutEnoughMemoryEndsTheRunWithASentence(String master, int code, String found, String settings)
            throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        HyenaProcess process = run.process(master.replace(';', ',')).withFlags("-Xmx512m");
        Outcome failed = process.run(directory, run.train(settings.split(" ")));
        DisturbedRun.assertFailed(failed, code, found, "driver", "memory", "train.batch-size", "inspect memory");
        assertThat(run.restorable()).isZero();
    }

    /** Both executors are told to leave while one of them is in its task, which it ends first. */
    @Test
    @Tag("endurance")
    @Tag("fault-14")
    void executorsThatAreDecommissionedEndTheirTasksAndAreReplaced() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        NamedPoint point = holding("^worker 1 has trained");
        HyenaProcess process = run.process(CLUSTER).withExecutorsAt(point).with("spark.decommission.enabled", "true");
        try (Running running = process.start(directory, run.train())) {
            point.awaitReached(PATIENCE_SECONDS);
            List<ProcessHandle> leaving =
                    new ArrayList<>(Signals.awaitExecutors(running, 2).values());
            for (ProcessHandle executor : leaving) {
                Signals.send("PWR", executor);
            }
            awaitAny(leaving);
            assertThat(leaving)
                    .as("executors that still work")
                    .filteredOn(ProcessHandle::isAlive)
                    .hasSize(1);
            point.release();
            run.assertEnded(running.await(), undisturbed);
            assertThat(leaving).noneMatch(ProcessHandle::isAlive);
        }
        assertThat(run.journal())
                .as("a replacement worked")
                .anyMatch(entry -> entry.get("executors").toString().matches(".*\"[2-9]@.*"));
    }

    private static void awaitAny(List<ProcessHandle> processes) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (processes.stream().allMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /**
     * The first attempt of a worker has written what it keeps and then stands still until the second one, on another
     * host, has counted; then it ends too. In which round that is, is chance: a first attempt may also be the slower
     * one.
     */
    @ParameterizedTest
    @ValueSource(strings = {"driver", "executors"})
    @Tag("endurance")
    @Tag("fault-5")
    void ofTwoAttemptsThatBothEndOneCounts(String merge) throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        NamedPoint point = holding("^worker 1 has its frames of round \\d+, attempt 0");
        long round;
        try (StandaloneCluster cluster = StandaloneCluster.start(directory.resolve("cluster"), 2)) {
            HyenaProcess driver = cluster.driver(run.place())
                    .withExecutorsAt(point)
                    .with("spark.speculation", "true")
                    .with("spark.speculation.interval", "10ms")
                    .with("spark.speculation.multiplier", "1")
                    .with("spark.speculation.minTaskRuntime", "0ms")
                    .with("spark.speculation.quantile", "0.5");
            String[] train = run.train("run.merge=" + merge, "checkpoint.keep=" + DisturbedRun.ROUNDS);
            try (Running running = driver.start(directory, train)) {
                point.awaitReached(PATIENCE_SECONDS);
                round = Long.parseLong(point.messageOf(1).replaceAll(".* round (\\d+),.*", "$1"));
                awaitRound(Math.min(round + 2, DisturbedRun.ROUNDS), run, running);
                point.release();
                run.assertEnded(running.await(), undisturbed);
            }
        }
        assertThat(files(run, ".*/data/0*" + round + "-1-[^/]*/worker-1-[^/]*"))
                .as("what both attempts have written")
                .hasSize(2);
        assertThat(run.journal().get((int) round - 1).get("retries").intValue())
                .as("attempts before those that counted")
                .isPositive();
    }

    private static void awaitRound(long round, DisturbedRun run, Running running) throws Exception {
        while (run.committed() < round) {
            assertThat(running.process().waitFor(50, TimeUnit.MILLISECONDS))
                    .as("the driver should live on; it said:\n%s", Files.readString(running.messages()))
                    .isFalse();
        }
    }

    private static List<String> files(DisturbedRun run, String pattern) throws IOException {
        return run.place().storage().everythingBelow(run.uri()).stream()
                .map(FileInfo::uri)
                .filter(uri -> uri.matches(pattern))
                .toList();
    }

    /**
     * Each at a random instant after the run has got on, with two executors again: Spark gives a task up that has lost
     * its executor four times.
     */
    @Test
    @Tag("endurance")
    @Tag("fault-3")
    void twentyDeathsOfExecutorsLeaveNoTraceInTheBits() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        String[] longer = {"train.rounds=100000", "train.batch-size=2"};
        var random = new Random(SEED);
        try (Running running = run.process(CLUSTER).start(directory, run.train(longer))) {
            for (int death = 0; death < 20; death++) {
                awaitRound(run.committed() + 1, run, running);
                Map<Integer, ProcessHandle> executors = Signals.awaitExecutors(running, 2);
                assertThat(running.process().waitFor(random.nextInt(2000), TimeUnit.MILLISECONDS))
                        .as("death %d of seed %d: the driver should live on", death, SEED)
                        .isFalse();
                List<ProcessHandle> living = new ArrayList<>(executors.values());
                ProcessHandle dying = living.get(random.nextInt(living.size()));
                dying.destroyForcibly();
                dying.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            awaitRound(run.committed() + 3, run, running);
            running.process().destroyForcibly().waitFor();
        }
        long committed = run.committed();
        String[] rest = {longer[0], longer[1], "run.stop-after-rounds=" + (committed + 1)};
        Outcome last = run.here(rest);
        Outcome straight =
                undisturbed.run().named("straight-" + directory.getFileName()).here(rest);
        assertThat(last.theta()).as(last.messages()).isEqualTo(straight.theta());
        assertThat(run.journal()).hasSize(Math.toIntExact(committed + 1));
        assertThat(run.journal().stream()
                        .mapToInt(entry -> entry.get("retries").intValue())
                        .sum())
                .as("tasks that were lost")
                .isPositive();
        System.out.printf("20 deaths of executors in %d rounds%n", committed);
    }
}
