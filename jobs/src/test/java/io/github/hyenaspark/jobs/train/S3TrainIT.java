package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.S3Server;
import io.github.hyenaspark.jobs.testing.Script;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training with dataset and run on a server that speaks S3, in executors of their own: the driver dies by SIGKILL, the
 * next one ends the run with the bits of an undisturbed run, and nobody has written the secret key anywhere.
 */
@Tag("process")
class S3TrainIT {
    private static final String MASTER = "local-cluster[2,1,1024]";
    private static final String SECRET_KEY = "fs.s3a.secret.key";

    @TempDir
    Path directory;

    private final String secret = "never-to-be-shown-" + UUID.randomUUID();
    private PreparePlace place;

    @BeforeEach
    void prepare() throws IOException {
        S3Server server = S3Server.newBucket();
        Map<String, String> settings = new TreeMap<>(server.settings());
        settings.put(SECRET_KEY, secret);
        place = new PreparePlace("s3", settings, server.uri("training"));
        List<String> prepare = new ArrayList<>(List.of("prepare"));
        prepare.addAll(SmallRun.SETTINGS);
        prepare.addAll(List.of("data.input=" + SmallRun.corpus(directory), "data.dataset=" + place.uri("dataset")));
        place.run("local[1]", prepare.toArray(String[]::new)).json();
    }

    @Test
    void aDriverThatDiesIsFollowedByOneThatEndsTheRunAndNobodyTellsTheSecret() throws Exception {
        dieAndGoOn(1, 12);
    }

    @Test
    @Tag("endurance")
    @Tag("fault-1")
    void tenDeathsOfTheDriverLeaveNoTraceInTheBits() throws Exception {
        dieAndGoOn(10, 60);
    }

    private void dieAndGoOn(int deaths, int rounds) throws Exception {
        List<String> said = new ArrayList<>();
        for (int death = 0; death < deaths; death++) {
            said.add(killAfterACommit(rounds));
        }
        assertThat(committed()).as("rounds before the last life").isBetween((long) deaths, rounds - 1L);
        Outcome last = submit(train("mortal", rounds));
        said.add(last.results());
        said.add(last.messages());
        assertThat(last.messages())
                .as("the settings are told, so that the secret could be among them")
                .contains("spark.hadoop." + SECRET_KEY);
        Outcome undisturbed = place.run("local[2]", train("undisturbed", rounds));
        assertThat(last.theta()).as(last.messages()).isEqualTo(undisturbed.theta());
        assertThat(rounds()).isEqualTo(IntStream.rangeClosed(1, rounds).boxed().toList());
        assertThat(said).noneMatch(text -> text.contains(secret));
        nothingStoredHasTheSecret();
        noLogOfAnExecutorHasTheSecret();
    }

    private String[] train(String run, int rounds) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(SmallRun.SETTINGS);
        arguments.addAll(List.of(
                "data.dataset=" + place.uri("dataset"),
                "run.dir=" + place.uri(run),
                "run.progress=plain",
                "train.rounds=" + rounds,
                "train.inner-state=local",
                "checkpoint.every-rounds=1"));
        return arguments.toArray(String[]::new);
    }

    /** Lets a driver live until it has committed two more checkpoints; all that it has said. */
    private String killAfterACommit(int rounds) throws Exception {
        long before = committed();
        try (HyenaProcess.Running running = place.process(MASTER).start(directory, train("mortal", rounds))) {
            while (committed() < before + 2) {
                assertThat(running.process().waitFor(20, TimeUnit.MILLISECONDS))
                        .as("the driver should live on; it said:\n%s", Files.readString(running.messages()))
                        .isFalse();
            }
            running.process().destroyForcibly();
            Outcome killed = running.await();
            assertThat(killed.code()).as(killed.messages()).isEqualTo(HyenaProcess.KILLED);
            return killed.results() + killed.messages();
        }
    }

    private long committed() throws IOException {
        return CheckpointStore.open(place.storage(), place.uri("mortal")).manifests().stream()
                .mapToLong(manifest -> manifest.facts().round())
                .max()
                .orElse(0);
    }

    /** As a user does: settings of Hadoop behind "--", with all that Spark can say about them. */
    private Outcome submit(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("--master", MASTER));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--", "--verbose", "--driver-memory", "1g", "--conf", "spark.logConf=true"));
        place.settings()
                .forEach((key, value) -> command.addAll(List.of("--conf", "spark.hadoop." + key + "=" + value)));
        return Script.named("hyena").run(directory, command.toArray(String[]::new));
    }

    private List<Integer> rounds() throws IOException {
        byte[] journal = place.storage().read(place.uri("mortal/journal.jsonl"));
        List<Integer> rounds = new ArrayList<>();
        for (String line : new String(journal, StandardCharsets.UTF_8).lines().toList()) {
            rounds.add(Json.parse("journal", line.getBytes(StandardCharsets.UTF_8))
                    .get("round")
                    .intValue());
        }
        return rounds;
    }

    private void nothingStoredHasTheSecret() throws IOException {
        Storage storage = place.storage();
        List<FileInfo> stored = storage.everythingBelow(place.root());
        assertThat(stored)
                .extracting(FileInfo::uri)
                .anyMatch(uri -> uri.contains("/mortal/manifest/"))
                .contains(place.uri("mortal/journal.jsonl"));
        for (FileInfo file : stored) {
            assertThat(new String(storage.read(file.uri()), StandardCharsets.ISO_8859_1).contains(secret))
                    .as("the secret is in %s", file.uri())
                    .isFalse();
        }
    }

    /** A local cluster keeps what its executors say in the working directories below its Spark. */
    private void noLogOfAnExecutorHasTheSecret() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(System.getenv("SPARK_HOME"), "work"))) {
            List<Path> logs = files.filter(file -> file.endsWith("stderr")).toList();
            assertThat(logs).isNotEmpty();
            for (Path log : logs) {
                assertThat(Files.readString(log, StandardCharsets.ISO_8859_1).contains(secret))
                        .as("the secret is in %s", log)
                        .isFalse();
            }
        }
    }
}
