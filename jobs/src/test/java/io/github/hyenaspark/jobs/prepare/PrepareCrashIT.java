package io.github.hyenaspark.jobs.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.CrashCorpus;
import io.github.hyenaspark.jobs.testing.DatasetState;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.MiniHdfs;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.PreparePlace;
import io.github.hyenaspark.jobs.testing.S3Server;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The crash matrix: preparing dies by SIGKILL at each of its points, as driver or as executor, and is run again. What
 * it ends with is what an undisturbed run ends with, byte for byte. The normal build has a few of the cells.
 */
@Tag("process")
class PrepareCrashIT {
    private static final String LOCAL = "local[1]";
    private static final String CLUSTER = "local-cluster[2,1,512]";
    private static final int LOCKED = 75;

    @TempDir
    static Path shared;

    private static CrashCorpus corpus;
    private static int units;
    private static Map<String, String> undisturbed;
    private static final Map<Store, PreparePlace> PLACES = new EnumMap<>(Store.class);

    @TempDir
    Path directory;

    enum Store {
        DISK,
        HDFS,
        S3
    }

    /** Where a process dies; those of a unit and of keys can be on an executor. */
    enum Point {
        LEASE("^holding .*lease", 1, 0),
        LISTED("^\\d+ files listed", 1, 0),
        FIRST_BEGUN("^unit \\w+ begun", 1, 0),
        THIRD_BEGUN("^unit \\w+ begun", 3, 2),
        READ("^unit \\w+ read", 2, 1),
        SHARD("^shard train/", 3, 0),
        SHARDS("^unit \\w+ has its shards", 2, 1),
        OBJECTS("^unit \\w+ has its objects", 4, 3),
        BEFORE_RECORD("^before the record of unit", 3, 2),
        RECORD("^unit \\w+ has its record", 3, 3),
        BEFORE_KEYS("^before writing sorted keys", 1, 5),
        KEYS("^sorted keys are in", 1, 5),
        BEFORE_DUPLICATES("^before listing the duplicates of segment", 1, 5),
        DUPLICATES("^segment \\w+ has its duplicates", 1, 5),
        BEFORE_SNAPSHOT("^before creating .*/snapshots/", 1, 5),
        SNAPSHOT("^created .*/snapshots/", 1, 5),
        BEFORE_INDEX("^before replacing .*/validation/index.json", 1, 5),
        INDEX("^replaced .*/train/index.json", 1, 5),
        BEFORE_SUCCESS("^before replacing .*/_SUCCESS", 1, 5),
        SUCCESS("^replaced .*/_SUCCESS", 1, 5),
        REPORT("^before the report", 1, 5);

        private final String message;
        private final int match;
        /** Units that have their record by then, at least, if one task runs at a time. */
        private final int finished;

        Point(String message, int match, int finished) {
            this.message = message;
            this.match = match;
            this.finished = finished;
        }
    }

    @BeforeAll
    static void prepareUndisturbed() throws IOException {
        corpus = CrashCorpus.write(shared);
        PreparePlace place = place(Store.DISK);
        units = place.run(LOCAL, place.prepare("undisturbed"))
                .json()
                .get("units")
                .intValue();
        assertThat(units).isGreaterThanOrEqualTo(5);
        undisturbed = place.state("undisturbed").objects();
        assertThat(place.state("undisturbed").documents()).isEqualTo(corpus.documents());
        assertThat(undisturbed.keySet())
                .as("every kind of object")
                .anyMatch(file -> file.startsWith("duplicates/"))
                .anyMatch(file -> file.startsWith("keys/"))
                .anyMatch(file -> file.startsWith("segments/"))
                .anyMatch(file -> file.startsWith("quarantine/"))
                .anyMatch(file -> file.matches("validation/./tok-.*"));
    }

    @AfterAll
    static void forgetPlaces() {
        PLACES.clear();
    }

    /** Started when the first test needs it. */
    private static PreparePlace place(Store store) throws IOException {
        PreparePlace there = PLACES.get(store);
        if (there == null) {
            there = open(store).withCorpus(corpus);
            PLACES.put(store, there);
        }
        return there;
    }

    private static PreparePlace open(Store store) throws IOException {
        return switch (store) {
            case DISK ->
                new PreparePlace("disk", Map.of(), shared.resolve("disk").toString());
            case HDFS -> {
                MiniHdfs hdfs = MiniHdfs.newFolder();
                yield new PreparePlace("hdfs", hdfs.settings(), hdfs.uri("crash"));
            }
            case S3 -> {
                S3Server server = S3Server.newBucket();
                yield new PreparePlace("s3", server.settings(), server.uri("crash"));
            }
        };
    }

    static Stream<Arguments> fewDriverCells() {
        return Stream.of(
                Arguments.of(Store.DISK, Point.SHARD),
                Arguments.of(Store.DISK, Point.SNAPSHOT),
                Arguments.of(Store.HDFS, Point.BEFORE_RECORD));
    }

    static Stream<Arguments> driverCells() {
        Stream<Arguments> diskAndHdfs = Stream.of(Store.DISK, Store.HDFS)
                .flatMap(store -> Stream.of(Point.values()).map(point -> Arguments.of(store, point)));
        Stream<Arguments> s3 = Stream.of(
                        Point.SHARD,
                        Point.OBJECTS,
                        Point.BEFORE_RECORD,
                        Point.BEFORE_SNAPSHOT,
                        Point.SNAPSHOT,
                        Point.INDEX)
                .map(point -> Arguments.of(Store.S3, point));
        return Stream.concat(diskAndHdfs, s3);
    }

    static Stream<Arguments> executorCells() {
        Stream<Arguments> diskAndHdfs = Stream.of(Store.DISK, Store.HDFS)
                .flatMap(store -> Stream.of(
                                Point.FIRST_BEGUN,
                                Point.READ,
                                Point.SHARD,
                                Point.SHARDS,
                                Point.BEFORE_RECORD,
                                Point.RECORD,
                                Point.BEFORE_KEYS,
                                Point.KEYS)
                        .map(point -> Arguments.of(store, point)));
        return Stream.concat(diskAndHdfs, Stream.of(Arguments.of(Store.S3, Point.SHARDS)));
    }

    @ParameterizedTest
    @MethodSource("fewDriverCells")
    @Tag("goal-6")
    @Tag("goal-7")
    @Tag("goal-8")
    void aDriverDiesAndTheNextRunEndsUndisturbed(Store store, Point point) throws Exception {
        killDriver(store, point);
    }

    @Tag("endurance")
    @ParameterizedTest
    @MethodSource("driverCells")
    @Tag("goal-6")
    @Tag("goal-7")
    @Tag("goal-8")
    void aDriverDiesAnywhereAndTheNextRunEndsUndisturbed(Store store, Point point) throws Exception {
        killDriver(store, point);
    }

    /** Two tests may kill at the same point of the same store. */
    private String datasetOf(String cell) {
        return cell + "-" + directory.getFileName();
    }

    private void killDriver(Store store, Point at) throws Exception {
        PreparePlace place = place(store);
        String dataset = datasetOf("driver-" + at);
        NamedPoint point =
                NamedPoint.killing(at.message, directory.resolve("death")).atMatch(at.match);
        Outcome killed = place.process(LOCAL).withDriverAt(point).run(directory, place.prepare(dataset));
        assertThat(killed.code()).as(killed.messages()).isEqualTo(HyenaProcess.KILLED);
        assertThat(point.reached()).isEqualTo(1);

        DatasetState state = place.state(dataset);
        state.assertWhole();
        int records = state.records();
        assertThat(records).as("units finished").isGreaterThanOrEqualTo(at.finished);
        JsonNode resumed = place.run(LOCAL, place.prepare(dataset)).json();
        assertThat(resumed.get("prepared_units").intValue())
                .as("units that were done again")
                .isEqualTo(units - records);
        assertUndisturbed(state);
    }

    private static void assertUndisturbed(DatasetState state) throws IOException {
        assertThat(state.objects()).containsExactlyInAnyOrderEntriesOf(undisturbed);
        assertThat(state.documents()).isEqualTo(corpus.documents());
        assertThat(state.faults()).isEmpty();
        assertThat(DatasetSnapshot.uris(state.storage(), state.dataset())).hasSize(1);
    }

    @Test
    @Tag("goal-6")
    @Tag("goal-7")
    void anExecutorDiesAndTheRunEndsUndisturbed() throws Exception {
        killExecutor(Store.DISK, Point.SHARDS);
    }

    @Tag("endurance")
    @ParameterizedTest
    @MethodSource("executorCells")
    @Tag("goal-6")
    @Tag("goal-7")
    void anExecutorDiesAnywhereAndTheRunEndsUndisturbed(Store store, Point point) throws Exception {
        killExecutor(store, point);
    }

    /** Of two executors one dies; a process has fewer matches here, so it dies at the first. */
    private void killExecutor(Store store, Point at) throws Exception {
        PreparePlace place = place(store);
        String dataset = datasetOf("executor-" + at);
        NamedPoint point = NamedPoint.killing(at.message, directory.resolve("death"));
        Outcome outcome = place.process(CLUSTER).withExecutorsAt(point).run(directory, place.prepare(dataset));
        assertThat(outcome.json().get("prepared_units").intValue()).isEqualTo(units);
        assertThat(point.reached()).isEqualTo(1);
        assertUndisturbed(place.state(dataset));
        assertThat(place.run(LOCAL, place.prepare(dataset))
                        .json()
                        .get("outcome")
                        .textValue())
                .isEqualTo("unchanged");
    }

    @ParameterizedTest
    @EnumSource(names = {"DISK"})
    @Tag("goal-7")
    void ofTwoRunsTheSecondIsTurnedAway(Store store) throws Exception {
        turnAway(store);
    }

    @Tag("endurance")
    @ParameterizedTest
    @EnumSource(names = {"HDFS", "S3"})
    @Tag("goal-7")
    void ofTwoRunsOnOtherStoresTheSecondIsTurnedAway(Store store) throws Exception {
        turnAway(store);
    }

    private void turnAway(Store store) throws Exception {
        PreparePlace place = place(store);
        String race = datasetOf("race");
        String[] prepare = place.prepare(race);
        NamedPoint point = NamedPoint.holding(Point.READ.message, directory.resolve("wait"));
        try (Running first = place.process(LOCAL).withDriverAt(point).start(directory, prepare)) {
            point.awaitReached(120);
            Outcome second = place.run(LOCAL, prepare);
            assertThat(second.code()).as(second.messages()).isEqualTo(LOCKED);
            assertThat(second.messages()).contains("another run is changing this dataset");
            point.release();
            assertThat(first.await().json().get("prepared_units").intValue()).isEqualTo(units);
        }
        assertUndisturbed(place.state(race));
    }

    @ParameterizedTest
    @EnumSource(names = {"DISK"})
    @Tag("endurance")
    @Tag("goal-7")
    void withoutTheLeaseTheLaterOneIsTurnedAwayOnDisk(Store store) throws Exception {
        overtake(store);
    }

    @ParameterizedTest
    @EnumSource(names = {"HDFS", "S3"})
    @Tag("endurance")
    @Tag("goal-7")
    void withoutTheLeaseTheLaterOneIsTurnedAwayOnOtherStores(Store store) throws Exception {
        overtake(store);
    }

    /** The lease is deleted by hand while a run holds it; the second one finds another file and commits first. */
    private void overtake(Store store) throws Exception {
        PreparePlace shared = place(store);
        PreparePlace place =
                new PreparePlace(shared.name(), shared.settings(), shared.uri("overtaken")).withCorpus(corpus);
        String race = datasetOf("race");
        String[] prepare = place.prepare(race);
        NamedPoint point = NamedPoint.holding(Point.READ.message, directory.resolve("wait"));
        try (Running first = place.process(LOCAL).withDriverAt(point).start(directory, prepare)) {
            point.awaitReached(120);
            place.storage().delete(place.uri(race + "/lease.json"));
            place.add("zz-late.txt", "a late text".getBytes(UTF_8));
            assertThat(place.run(LOCAL, prepare).json().get("outcome").textValue())
                    .isEqualTo("created");
            Map<String, String> after = place.state(race).objects();
            point.release();
            Outcome late = first.await();
            assertThat(late.code()).as(late.messages()).isEqualTo(LOCKED);
            assertThat(late.messages()).contains("another run has taken over this dataset, or its lease was deleted");
            assertThat(place.state(race).objects()).isEqualTo(after);
        }
        assertThat(place.state(race).faults()).isEmpty();
        assertThat(place.state(race).documents())
                .hasSize(corpus.documents().size() + 1)
                .contains("a late text");
        assertThat(place.run(LOCAL, prepare).json().get("outcome").textValue()).isEqualTo("unchanged");
    }

    @ParameterizedTest
    @EnumSource(names = {"DISK", "HDFS"})
    @Tag("endurance")
    @Tag("goal-7")
    void aVacuumDiesAndTheNextOneFinishes(Store store) throws Exception {
        PreparePlace place = place(store);
        place.run(LOCAL, place.prepare("swept")).json();
        DatasetState state = place.state("swept");
        List<String> files = state.files();
        List<String> orphans = List.of(
                "train/tok-old.bin",
                "train/0/tok-old.bin",
                "docs/old.parquet",
                "duplicates/old.json",
                "units/x/y.json");
        for (String orphan : orphans) {
            place.storage().replace(Storage.resolve(state.dataset(), orphan), orphan.getBytes(UTF_8));
        }
        String[] vacuum = {"vacuum", "data.dataset=" + state.dataset(), "vacuum.older-than-hours=0"};
        NamedPoint point = NamedPoint.killing("^before deleting", directory.resolve("death"))
                .atMatch(3);
        Outcome killed = place.process(LOCAL).withDriverAt(point).run(directory, vacuum);
        assertThat(killed.code()).as(killed.messages()).isEqualTo(HyenaProcess.KILLED);
        assertUndisturbed(state);
        JsonNode result = place.run(LOCAL, vacuum).json();
        assertThat(result.get("deleted_files").intValue()).isBetween(0, 2); // several are deleted at a time
        assertUndisturbed(state);
        assertThat(state.files()).isEqualTo(files);
    }
}
