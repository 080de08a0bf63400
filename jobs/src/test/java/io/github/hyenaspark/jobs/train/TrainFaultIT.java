package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.DisturbedRun;
import io.github.hyenaspark.jobs.testing.Forged;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.Signals;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import io.github.hyenaspark.jobs.testing.UndisturbedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What may happen to a driver and its files besides its death, of which {@code TrainCrashIT} is: another driver, a
 * clock that jumps, data that changes or is short, a journal that cannot be written. {@code docs/proofs.md} says where
 * the rest is.
 */
@Tag("process")
class TrainFaultIT {
    private static final String LOCAL = "local[2]";
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static UndisturbedRun undisturbed;

    @BeforeAll
    static void trainUndisturbed() throws IOException {
        undisturbed = UndisturbedRun.onDisk(shared);
    }

    @Test
    @Tag("fault-12")
    void aDriverThatWakesUpAfterItWasReplacedEndsWithoutATrace() throws Exception {
        wakeUpAfterReplacement("^round 3 is trained");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^round 1 begins",
                "^the journal has round 3",
                "^theta of round 3 is written",
                "^before the manifest of round 3",
                "^round 3 is verified",
                "^before deleting"
            })
    @Tag("endurance")
    @Tag("fault-12")
    void aDriverMayWakeUpAnywhere(String point) throws Exception {
        wakeUpAfterReplacement(point);
    }

    /** Only what the first driver had begun to publish when it was stopped may still appear, and counts for nothing. */
    private void wakeUpAfterReplacement(String message) throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        NamedPoint point = NamedPoint.holding(message, directory.resolve("asleep"));
        String[] train = run.train("checkpoint.async=false");
        try (Running first = run.process(LOCAL).withDriverAt(point).start(directory, train)) {
            point.awaitReached(PATIENCE_SECONDS);
            Signals.pause(first.process().toHandle());
            point.release();
            Outcome second = run.here();
            run.assertEnded(second, undisturbed);
            Map<String, String> before = hashes(run);
            Signals.wake(first.process().toHandle());
            Outcome late = first.await();
            DisturbedRun.assertFailed(late, DisturbedRun.REPLACED, "another driver, epoch 2, has taken over the run");
            assertThat(hashes(run)).as("what the second driver left").containsAllEntriesOf(before);
        }
        run.assertEnded(run.here(), undisturbed);
        assertThat(run.restorable()).isEqualTo(DisturbedRun.ROUNDS);
    }

    /** The SHA-256 of every file of a run that training needs or people read, by its path. */
    private static Map<String, String> hashes(DisturbedRun run) throws IOException {
        Storage storage = run.place().storage();
        Map<String, String> hashes = new TreeMap<>();
        for (FileInfo file : storage.everythingBelow(run.uri())) {
            hashes.put(file.uri(), storage.hashed(file.uri()).sha256());
        }
        return hashes;
    }

    /** Both have begun an epoch before either has done a round. */
    @Test
    @Tag("fault-13")
    void ofTwoDriversThatStartAtOnceTheLaterOneGoesOn() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        NamedPoint both =
                NamedPoint.holding("^starting ", directory.resolve("both")).times(2);
        HyenaProcess process = run.process(LOCAL).withDriverAt(both);
        try (Running one = process.start(directory, run.train());
                Running other = process.start(directory, run.train())) {
            both.awaitAll(PATIENCE_SECONDS);
            both.release();
            assertOneGoesOn(run, List.of(one.await(), other.await()));
        }
    }

    private static void assertOneGoesOn(DisturbedRun run, List<Outcome> outcomes) throws IOException {
        boolean firstWon = outcomes.get(0).code() == 0;
        run.assertEnded(outcomes.get(firstWon ? 0 : 1), undisturbed);
        DisturbedRun.assertFailed(
                outcomes.get(firstWon ? 1 : 0),
                DisturbedRun.REPLACED,
                "another driver, epoch 2, has taken over the run");
    }

    /** However their first seconds interleave: one may even have ended before the other looks. */
    @RepeatedTest(5)
    @Tag("endurance")
    @Tag("fault-13")
    void twoDriversThatStartTogetherAgree() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        try (Running one = run.process(LOCAL).start(directory, run.train());
                Running other = run.process(LOCAL).start(directory, run.train())) {
            List<Outcome> outcomes = List.of(one.await(), other.await());
            assertThat(outcomes).extracting(Outcome::code).contains(0).isSubsetOf(0, DisturbedRun.REPLACED);
        }
        run.assertEnded(run.here(), undisturbed);
    }

    /** Of the length that it had, so that only a task finds out; the run goes on when the shard is whole again. */
    @Test
    @Tag("fault-4")
    void aShardThatIsDamagedStopsTheRunAndIsNamed() throws Exception {
        findDamage(LOCAL);
    }

    /** Every attempt of the task fails. */
    @Test
    @Tag("endurance")
    @Tag("fault-4")
    void aShardThatIsDamagedIsNamedByExecutorsToo() throws Exception {
        findDamage("local-cluster[2,1,512]");
    }

    /** By a process of its own, because this one has read the shards and keeps them. */
    private void findDamage(String master) throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        run.here("run.stop-after-rounds=2").json();
        Map<Path, byte[]> shards = new TreeMap<>();
        for (Path shard : shards()) {
            shards.put(shard, Files.readAllBytes(shard));
            Files.write(shard, new byte[Math.toIntExact(Files.size(shard))]);
        }
        Outcome failed = run.process(master).run(directory, run.train());
        for (Map.Entry<Path, byte[]> shard : shards.entrySet()) {
            Files.write(shard.getKey(), shard.getValue());
        }
        DisturbedRun.assertFailed(failed, 3, shards.keySet().iterator().next().toString(), "expected", "found");
        assertThat(run.restorable()).isEqualTo(2);
        run.assertEnded(run.here(), undisturbed);
    }

    private static List<Path> shards() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(undisturbed.run().dataset(), "train"))) {
            return files.filter(file -> file.toString().endsWith(".bin")).toList();
        }
    }

    /** Every life finds files that are older or younger than they were written. */
    @Test
    @Tag("fault-15")
    void theTimesOfFilesDecideNothing() throws IOException {
        DisturbedRun run = undisturbed.disturbed(directory);
        Instant now = Instant.now();
        for (int round = 1; round < DisturbedRun.ROUNDS; round++) {
            run.here("run.stop-after-rounds=" + round).json();
            assertThat(run.restorable()).isEqualTo(round);
            // newer ones into the past, older ones into the future, then the other way round
            List<Path> files = files(run);
            for (int i = 0; i < files.size(); i++) {
                long days = (round % 2 == 0 ? 1L : -1L) * 1000 * (i + 1);
                Files.setLastModifiedTime(files.get(i), FileTime.from(now.plus(Duration.ofDays(days))));
            }
        }
        run.assertEnded(run.here(), undisturbed);
    }

    private static List<Path> files(DisturbedRun run) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(run.uri()))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** With the end of an epoch, the first round and the last among them. */
    @Test
    @Tag("endurance")
    @Tag("fault-16")
    void aRunMayBeTakenUpAfterEveryRound() throws IOException {
        DisturbedRun run = undisturbed.disturbed(directory);
        for (int round = 1; round <= DisturbedRun.ROUNDS; round++) {
            JsonNode result = run.here("run.stop-after-rounds=" + round).json();
            assertThat(result.get("round").intValue()).isEqualTo(round);
        }
        Map<String, String> complete = hashes(run);
        run.assertEnded(run.place().run("no-such-master", run.train()), undisturbed);
        assertThat(hashes(run)).as("a run that is done is left as it is").isEqualTo(complete);
    }

    @Test
    @Tag("fault-24")
    void aJournalThatCannotBeWrittenNorReadStopsNothing() throws IOException {
        DisturbedRun run = undisturbed.disturbed(directory);
        Files.createDirectories(run.path("journal.jsonl/in-the-way"));
        assertThat(run.here("run.stop-after-rounds=4")
                        .json()
                        .get("failed_writes")
                        .intValue())
                .isPositive();
        Outcome whole = run.here();
        assertThat(whole.theta()).as(whole.messages()).isEqualTo(undisturbed.theta());
    }

    @Test
    @Tag("fault-24")
    void aJournalThatIsDamagedStopsNothing() throws IOException {
        DisturbedRun run = undisturbed.disturbed(directory);
        run.here("run.stop-after-rounds=4").json();
        byte[] journal = Files.readAllBytes(run.path("journal.jsonl"));
        journal[journal.length / 2] ^= 0x40;
        journal[0] = '?';
        Files.write(run.path("journal.jsonl"), journal);
        Outcome whole = run.here();
        assertThat(whole.theta()).as(whole.messages()).isEqualTo(undisturbed.theta());
    }

    /** As if the newest checkpoint had been saved by a version with other sums. */
    @Test
    @Tag("fault-22")
    void anotherNumericContractIsRefusedUnlessTheLastBitsMayDiffer() throws IOException {
        DisturbedRun run = undisturbed.disturbed(directory);
        run.here("run.stop-after-rounds=4").json();
        var elsewhere = new Provenance.Numerics("17", "nd4j-native", "OPENBLAS", "1", 99, 1);
        Forged.save(run, checkpoint -> Forged.withNumerics(checkpoint, elsewhere));
        DisturbedRun.assertFailed(run.here(), 2, "the run was computed by numeric contract 99", "this version has");
        Outcome accepted = run.here("run.allow-inexact-resume=true");
        run.assertEnded(accepted, undisturbed); // what differs is a name here, so the bits do not
    }

    /** As if it had been saved on another machine, by a version without a contract; and with other threads now. */
    @Test
    void aRunFromBeforeTheNumericContractGoesOnWithAWarning() throws Exception {
        DisturbedRun run = undisturbed.disturbed(directory);
        run.here("run.stop-after-rounds=4").json();
        var elsewhere = new Provenance.Numerics("11", "nd4j-native 0.9", "another BLAS", "8");
        Forged.save(run, checkpoint -> Forged.withNumerics(checkpoint, elsewhere));
        Outcome resumed =
                run.process("local[4]").with("spark.executor.cores", "4").run(directory, run.train("train.threads=2"));
        assertThat(resumed.messages()).containsOnlyOnce("began before there was a numeric contract: rounds up to 4");
        run.assertEnded(resumed, undisturbed); // what differs is a name here, so the bits do not
        Checkpoint newest = CheckpointStore.open(run.place().storage(), run.uri())
                .newestValid()
                .orElseThrow();
        assertThat(newest.numerics().since()).isEqualTo(5);
    }

    /** As a checkpoint of 0.1, which knows nothing of {@code train.dropout-seeds}. */
    @Test
    void aRunThatBeganBeforeDropoutSeedsWereMixedKeepsItsMasks() throws IOException {
        String[] dropout = {"model.dropout=0.2", "train.dropout-seeds=sum"};
        String straight = undisturbed
                .disturbed(directory.resolve("straight"))
                .here(dropout)
                .theta();
        String mixed = undisturbed
                .disturbed(directory.resolve("mixed"))
                .here("model.dropout=0.2")
                .theta();
        assertThat(mixed).isNotEqualTo(straight);
        DisturbedRun run = undisturbed.disturbed(directory);
        run.here("model.dropout=0.2", "train.dropout-seeds=sum", "run.stop-after-rounds=4")
                .json();
        Forged.save(
                run,
                checkpoint -> Forged.withSettings(
                        checkpoint, checkpoint.settings().replace("\"dropout-seeds\":\"sum\",", "")));
        Outcome resumed = run.here("model.dropout=0.2");
        assertThat(resumed.theta()).as(resumed.messages()).isEqualTo(straight);
    }

    /** Less text than one local step of all workers takes: they meet the same sequences, and no worker has none. */
    @Test
    @Tag("fault-19")
    void moreWorkersThanSequencesTrainOnTheSameOnes() throws IOException {
        Path corpus = Files.createDirectories(directory.resolve("short"));
        Files.writeString(corpus.resolve("0.txt"), "alpha beta gamma delta ".repeat(2));
        Files.writeString(corpus.resolve("3.txt"), "alpha beta gamma delta ");
        JsonNode result = trainOn(corpus, "train.workers=4", "train.batch-size=4");
        assertThat(result.get("round").intValue()).isEqualTo(6);
    }

    /** Every fourth batch is of masked bases only, which count in no loss. */
    @Test
    @Tag("fault-19")
    void aWorkerWhoseTextCountsForNothingAddsNothing() throws IOException {
        Path corpus = Files.createDirectories(directory.resolve("short"));
        Files.writeString(corpus.resolve("0.txt"), "ACGT".repeat(150) + "#".repeat(200));
        Files.writeString(corpus.resolve("3.txt"), "ACGT".repeat(20));
        trainOn(corpus, "data.tokenizer=dna", "train.workers=6", "train.batch-size=1", "train.local-steps=1");
        assertThat(Files.readString(directory.resolve("short-run/journal.jsonl")))
                .as("a worker without a target")
                .containsPattern("\"worker_tokens\":\\[[^]]*\\b0\\b");
    }

    /**
     * One batch a round, every fourth of masked bases only; the only checkpoint is that of the round before, so what
     * the worker keeps must outlive a round that changes nothing.
     */
    @Test
    @Tag("fault-19")
    void aRoundWithoutATargetIsPassedOver() throws IOException {
        Path corpus = Files.createDirectories(directory.resolve("short"));
        Files.writeString(corpus.resolve("0.txt"), "ACGT".repeat(75) + "#".repeat(100));
        Files.writeString(corpus.resolve("3.txt"), "ACGT".repeat(20));
        List<String> settings = new ArrayList<>(List.of(
                "data.tokenizer=dna",
                "train.workers=1",
                "train.batch-size=1",
                "train.local-steps=1",
                "train.rounds=14",
                "train.inner-state=local",
                "train.codec=int4",
                "checkpoint.every-rounds=1",
                "checkpoint.keep=1"));
        JsonNode straight = trainOn(corpus, settings.toArray(String[]::new));
        List<String> journal = Files.readAllLines(directory.resolve("short-run/journal.jsonl"));
        assertThat(journal)
                .hasSize(14)
                .filteredOn(line -> !line.contains("\"loss\":"))
                .isNotEmpty()
                .allMatch(line -> line.contains("\"worker_tokens\":[0]"));
        settings.addAll(List.of(
                "data.dataset=" + directory.resolve("short-dataset"), "run.dir=" + directory.resolve("in-steps"), ""));
        JsonNode last = straight;
        for (int round = 1; round <= 14; round++) {
            if (round < 14 && journal.get(round - 1).contains("\"loss\":")) {
                continue;
            }
            settings.set(settings.size() - 1, "run.stop-after-rounds=" + round);
            last = SmallRun.hyena(LOCAL, "train", settings.toArray(String[]::new))
                    .json();
            assertThat(last.get("round").intValue()).isEqualTo(round);
        }
        assertThat(last.get("theta_sha256")).isEqualTo(straight.get("theta_sha256"));
    }

    private JsonNode trainOn(Path corpus, String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of(settings));
        all.addAll(List.of("data.input=" + corpus, "data.dataset=" + directory.resolve("short-dataset")));
        SmallRun.hyena("local[1]", "prepare", all.toArray(String[]::new)).json();
        all.remove("data.input=" + corpus);
        all.add("run.dir=" + directory.resolve("short-run"));
        JsonNode result =
                SmallRun.hyena(LOCAL, "train", all.toArray(String[]::new)).json();
        assertThat(result.get("loss").doubleValue()).isFinite();
        assertThat(Files.readString(directory.resolve("short-run/journal.jsonl")))
                .doesNotContain("NaN")
                .doesNotContain("Infinity");
        return result;
    }
}
