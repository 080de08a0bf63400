package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest;
import io.github.hyenaspark.checkpoint.CheckpointStore;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.MiniHdfs;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.S3Server;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Training dies by SIGKILL, as driver or as executor, and is started again. It ends with the parameters of an
 * undisturbed run, to the bit, and with every round in its journal once. The normal build has a few of the cells.
 */
class TrainCrashIT {
    private static final long SEED = 20_000;
    private static final String LOCAL = "local[2]";
    private static final String CLUSTER = "local-cluster[2,1,512]";

    /** The state that has most parts: moments and residuals with the workers, momentum with the driver. */
    private static final List<String> SETTINGS =
            List.of("train.inner-state=local", "train.codec=int4", "checkpoint.every-rounds=1", "checkpoint.keep=2");

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static final Map<Store, Place> PLACES = new EnumMap<>(Store.class);
    private static String corpus;
    private static String undisturbed;

    enum Store {
        DISK,
        HDFS,
        S3
    }

    /** Where a run and its dataset are. */
    private record Place(Map<String, String> settings, String root, String dataset) {}

    /** What a driver is at when it dies. */
    enum Point {
        STARTING("^starting ", 1),
        FIRST_BROADCAST("^round 1 begins", 1),
        SENT("^round 3 is sent", 1),
        TRAINING("^worker 1 has trained", 3),
        ENCODED("^worker 0 has its frames", 4),
        TRAINED("^round 2 is trained", 1),
        AVERAGED("^round 4 is averaged", 1),
        MEASURED("^round 3 is measured", 1),
        JOURNAL("^the journal has round 2", 1),
        FIRST_VECTOR("^outer-momentum of round 3 is written", 1),
        LAST_VECTOR("^theta of round 3 is written", 1),
        BEFORE_MANIFEST("^before the manifest of round 4", 1),
        MANIFEST("^saved round 4", 1),
        VERIFIED("^round 5 is verified", 1),
        RETENTION("^before deleting", 2),
        LAST_ROUND("^before the manifest of round 6", 1),
        END("^round 6 is verified", 1);

        private final String message;
        private final int match;

        Point(String message, int match) {
            this.message = message;
            this.match = match;
        }
    }

    @BeforeAll
    static void trainUndisturbed() throws IOException {
        corpus = SmallRun.corpus(shared).toString();
        Place disk = place(Store.DISK);
        undisturbed =
                SmallRun.bare(LOCAL, train(disk, disk.root() + "/undisturbed")).theta();
    }

    @AfterAll
    static void forgetPlaces() {
        PLACES.clear();
    }

    private static Place place(Store store) throws IOException {
        Place there = PLACES.get(store);
        if (there == null) {
            there = open(store);
            PLACES.put(store, there);
        }
        return there;
    }

    private static Place open(Store store) throws IOException {
        return switch (store) {
            case DISK -> prepared(Map.of(), shared.resolve("disk").toString());
            case HDFS -> {
                MiniHdfs hdfs = MiniHdfs.newFolder();
                yield prepared(Map.of(), hdfs.uri("crash"));
            }
            case S3 -> {
                S3Server server = S3Server.newBucket();
                yield prepared(server.settings(), server.uri("crash"));
            }
        };
    }

    private static Place prepared(Map<String, String> settings, String root) throws IOException {
        var place = new PreparePlace("", settings, root);
        List<String> prepare = new ArrayList<>(List.of("prepare"));
        prepare.addAll(SmallRun.SETTINGS);
        prepare.addAll(List.of("data.input=" + corpus, "data.dataset=" + place.uri("dataset")));
        place.run("local[1]", prepare.toArray(String[]::new)).json();
        return new Place(settings, root, place.uri("dataset"));
    }

    private static List<String> train(Place place, String run, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(SmallRun.SETTINGS);
        arguments.addAll(SETTINGS);
        arguments.addAll(List.of("data.dataset=" + place.dataset(), "run.dir=" + run, "run.progress=plain"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private static String[] array(List<String> arguments) {
        return arguments.toArray(String[]::new);
    }

    private static List<Long> rounds(Place place, String run) throws IOException {
        String journal = new String(
                Storage.of(place.settings()).read(Storage.resolve(run, "journal.jsonl")), StandardCharsets.UTF_8);
        List<Long> rounds = new ArrayList<>();
        for (String line : journal.lines().toList()) {
            JsonNode entry = Json.parse(run, line.getBytes(StandardCharsets.UTF_8));
            rounds.add(entry.get("round").longValue());
        }
        return rounds;
    }

    private static long committed(Place place, String run) throws IOException {
        return CheckpointStore.open(Storage.of(place.settings()), run).manifests().stream()
                .mapToLong(manifest -> manifest.facts().round())
                .max()
                .orElse(0);
    }

    @Test
    @Tag("fault-1")
    void aDriverThatDiesIsFollowedByOneThatEndsTheRun() throws Exception {
        killDriver(Store.DISK, Point.LAST_VECTOR);
    }

    @ParameterizedTest
    @EnumSource(names = {"AVERAGED", "RETENTION"})
    @Tag("process")
    @Tag("fault-1")
    void aDriverMayDieBetweenSavesAndWhileOldOnesAreDeleted(Point point) throws Exception {
        killDriver(Store.DISK, point);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("endurance")
    @Tag("fault-1")
    @Tag("fault-20")
    void aDriverMayDieAnywhere(Point point) throws Exception {
        for (Store store : List.of(Store.DISK, Store.HDFS)) {
            killDriver(store, point);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TRAINED", "JOURNAL", "LAST_VECTOR", "BEFORE_MANIFEST", "MANIFEST", "RETENTION"})
    @Tag("endurance")
    @Tag("fault-1")
    void aDriverMayDieOnS3(Point point) throws Exception {
        killDriver(Store.S3, point);
    }

    private void killDriver(Store store, Point at) throws Exception {
        Place place = place(store);
        String run = Storage.resolve(place.root(), "driver-" + at + "-" + directory.getFileName());
        Path marker = directory.resolve("death-" + store);
        NamedPoint point = NamedPoint.killing(at.message, marker).atMatch(at.match);
        HyenaProcess process = HyenaProcess.on(LOCAL).withHadoop(place.settings());
        Outcome killed = process.withDriverAt(point).run(directory, array(train(place, run)));
        assertThat(killed.code()).as(killed.messages()).isEqualTo(HyenaProcess.KILLED);
        long reported = reported(killed.messages());
        assertThat(committed(place, run))
                .as("at most one finished round is lost; it said:\n%s", killed.messages())
                .isGreaterThanOrEqualTo(reported - 1);
        Outcome resumed = new PreparePlace("", place.settings(), place.root()).run(LOCAL, array(train(place, run)));
        assertThat(resumed.theta()).isEqualTo(undisturbed);
        assertThat(rounds(place, run)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    /** The last round that a driver said was done. */
    private static long reported(String messages) {
        return messages.lines()
                .filter(line -> line.matches("train: \\d+ of .*"))
                .mapToLong(line -> Long.parseLong(line.replaceFirst("train: (\\d+) of .*", "$1")))
                .max()
                .orElse(0);
    }

    /** Executors find it, since the driver does not read what hundreds of workers keep. */
    @Test
    @Tag("process")
    @Tag("fault-1")
    void theCheckpointBeforeADamagedStateOfAWorkerIsResumed() throws Exception {
        Place place = place(Store.DISK);
        String run = directory.resolve("run").toString();
        SmallRun.bare(LOCAL, train(place, run, "run.stop-after-rounds=4")).theta();
        CheckpointManifest newest =
                CheckpointStore.open(Storage.local(), run).manifests().get(0);
        Path state = Path.of(run, newest.facts().workers().get(1).path());
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length - 1] ^= 1;
        Files.write(state, bytes);
        Outcome resumed = HyenaProcess.on(CLUSTER).run(directory, array(train(place, run)));
        assertThat(resumed.messages())
                .contains("cannot use the checkpoint", state.getFileName().toString(), "at round 3 of 6");
        assertThat(resumed.theta()).isEqualTo(undisturbed);
        assertThat(rounds(place, run)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    @Test
    @Tag("process")
    @Tag("fault-3")
    void anExecutorThatDiesLeavesNoTraceInTheBits() throws Exception {
        killExecutor("^worker 1 has trained", 1, "driver");
    }

    /** Within an executor every worker is met in turn, so the first match of a process may be in any round. */
    @ParameterizedTest
    @CsvSource({
        "^worker 0 begins, 1, driver",
        "^worker 1 begins, 2, executors",
        "^worker 0 has trained, 2, executors",
        "^worker 1 has its frames, 1, driver",
        "^worker 0 has its frames, 1, executors",
        "^averages from, 1, executors",
        "^averages from, 2, executors"
    })
    @Tag("endurance")
    @Tag("fault-3")
    void anExecutorMayDieAnywhere(String message, int match, String merge) throws Exception {
        killExecutor(message, match, merge);
    }

    private void killExecutor(String message, int match, String merge) throws Exception {
        Place place = place(Store.DISK);
        NamedPoint point =
                NamedPoint.killing(message, directory.resolve("death")).atMatch(match);
        String run = directory.resolve("run").toString();
        Outcome outcome = HyenaProcess.on(CLUSTER)
                .withExecutorsAt(point)
                .run(directory, array(train(place, run, "run.merge=" + merge)));
        assertThat(point.reached()).as("an executor died").isEqualTo(1);
        assertThat(outcome.theta()).as(outcome.messages()).isEqualTo(undisturbed);
        assertThat(rounds(place, run)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    }

    /** Many deaths of one run, each at a random instant of a life, from its start on. */
    @Test
    @Tag("endurance")
    @Tag("fault-1")
    void twoHundredDeathsOfTheDriverLeaveNoTraceInTheBits() throws Exception {
        dieOften(200, 5_000);
    }

    @Test
    @Tag("endurance")
    @Tag("fault-1")
    void someDeathsOfTheDriverLeaveNoTraceInTheBits() throws Exception {
        dieOften(3, 100);
    }

    private static void awaitMoreThan(long before, Place place, String run, HyenaProcess.Running running)
            throws Exception {
        while (committed(place, run) <= before) {
            assertThat(running.process().waitFor(20, TimeUnit.MILLISECONDS))
                    .as("the driver should live on")
                    .isFalse();
        }
    }

    private void dieOften(int deaths, int rounds) throws Exception {
        Place place = place(Store.DISK);
        String run = directory.resolve("mortal").toString();
        String[] settings = {
            "train.rounds=" + rounds, "run.validate-every-rounds=0", "train.local-steps=1", "checkpoint.keep=3"
        };
        HyenaProcess process = HyenaProcess.on(LOCAL);
        Random random = new Random(SEED);
        long before = 0;
        int progressed = 0;
        for (int death = 0; death < deaths; death++) {
            long millis = 1500L + random.nextInt(5000);
            try (HyenaProcess.Running running = process.start(directory, array(train(place, run, settings)))) {
                if (death % 2 == 0) { // every other life gets on, however slow the machine is
                    awaitMoreThan(before, place, run, running);
                    millis = random.nextInt(1000);
                }
                assertThat(running.process().waitFor(millis, TimeUnit.MILLISECONDS))
                        .as("death %d after %d ms: the run must be longer; it is at round %d", death, millis, before)
                        .isFalse();
                running.process().destroyForcibly().waitFor();
                long reported = reported(Files.readString(running.messages()));
                long committed = committed(place, run);
                assertThat(committed)
                        .as("death %d after %d ms, seed %d", death, millis, SEED)
                        .isGreaterThanOrEqualTo(Math.max(before, reported - 1));
                progressed += committed > before ? 1 : 0;
                before = committed;
            }
        }
        assertThat(progressed).as("lives that got on").isGreaterThan(deaths / 4);
        System.out.printf("%d deaths, %d lives got on, to round %d%n", deaths, progressed, before);
        String[] rest = {
            settings[1], settings[2], settings[3], "train.rounds=" + rounds, "run.stop-after-rounds=" + (before + 3)
        };
        Outcome last = SmallRun.bare(LOCAL, train(place, run, rest));
        Outcome straight =
                SmallRun.bare(LOCAL, train(place, directory.resolve("straight").toString(), rest));
        assertThat(last.theta()).isEqualTo(straight.theta());
        assertThat(rounds(place, run))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, before + 3).boxed().toList());
    }
}
