package io.github.hyenaspark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Drivers that follow one another, and one that comes back; {@code mem} is like HDFS, {@code s3a} like S3. */
class CheckpointLineageTest {
    private final List<MemoryFileSystem> stores = new ArrayList<>();

    private final class Run {
        private final MemoryFileSystem store;
        private final Storage storage;
        private final String uri;

        Run(String scheme, boolean conditions) throws IOException {
            Map<String, String> hadoop = new HashMap<>();
            for (String served : List.of("s3a", "mem", "gs", "abfs")) {
                hadoop.put("fs." + served + ".impl", MemoryFileSystem.class.getName());
            }
            hadoop.put(MemoryFileSystem.KNOWS_CONDITIONS, Boolean.toString(conditions));
            String root = scheme + "://" + UUID.randomUUID();
            var configuration = new Configuration();
            hadoop.forEach(configuration::set);
            store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration);
            stores.add(store);
            storage = Storage.of(hadoop);
            uri = root + "/run";
        }

        CheckpointStore driver() throws IOException {
            CheckpointStore driver = CheckpointStore.open(storage, uri);
            driver.beginEpoch();
            driver.resumesFrom(driver.newestValid());
            return driver;
        }

        long restored() throws IOException {
            return CheckpointStore.open(storage, uri)
                    .newestValid()
                    .orElseThrow()
                    .round();
        }

        List<String> paths() throws IOException {
            return CheckpointStore.open(storage, uri).manifests().stream()
                    .map(CheckpointManifest::path)
                    .toList();
        }

        /** Round 1 by the first driver, 2 and 3 by the second, and only then round 5 of the first arrives. */
        void withALateSave() throws IOException {
            CheckpointStore first = driver();
            first.save(TestCheckpoints.ofRound(1), 9);
            Map<String, byte[]> late = takeBack(first);
            CheckpointStore second = driver();
            second.save(TestCheckpoints.ofRound(2), 9);
            second.save(TestCheckpoints.ofRound(3), 9);
            arrive(late);
        }

        /** Round 5 of a driver, on its way to the store. */
        Map<String, byte[]> takeBack(CheckpointStore driver) throws IOException {
            driver.save(TestCheckpoints.ofRound(5), 9);
            Map<String, byte[]> late = new HashMap<>();
            store.contents().forEach((uri, bytes) -> {
                if (uri.contains("/000000000005-")) {
                    late.put(uri, bytes);
                }
            });
            assertThat(late).hasSize(5);
            for (String file : late.keySet()) {
                storage.delete(file);
            }
            return late;
        }

        void arrive(Map<String, byte[]> files) throws IOException {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                storage.replace(file.getKey(), file.getValue());
            }
        }

        void spoil(String round) {
            store.contents().forEach((uri, bytes) -> {
                if (uri.contains("/data/" + round) && uri.endsWith("/theta.safetensors")) {
                    store.flipBit(uri, 8L * bytes.length - 1);
                }
            });
        }
    }

    private Run run(String scheme) throws IOException {
        return new Run(scheme, true);
    }

    @AfterEach
    void close() throws IOException {
        for (MemoryFileSystem store : stores) {
            store.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    @Tag("fault-12")
    void whatAReplacedDriverSavesTooLateIsIgnored(String scheme) throws IOException {
        Run run = run(scheme);
        run.withALateSave();
        assertThat(run.store.names()).contains("000000000005-1.json");
        assertThat(run.restored()).isEqualTo(3);
        CheckpointStore third = run.driver();
        String ahead = WorkerStateFiles.newDirectory(5, third.epoch());
        VectorFile kept = WorkerStateFiles.write(run.storage, run.uri, ahead, 0, Map.of("residual", new float[] {1}));
        third.save(TestCheckpoints.ofRound(4), 2);
        assertThat(run.restored()).isEqualTo(4);
        assertThat(run.paths())
                .as("the late one does not count as kept")
                .contains("manifest/000000000004-3.json", "manifest/000000000003-2.json")
                .doesNotContain("manifest/000000000002-2.json");
        assertThat(WorkerStateFiles.read(run.storage, run.uri, kept))
                .as("a round in progress, older than the late checkpoint")
                .containsKey("residual");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void aLateSaveIsUsedIfNothingElseIsLeft(String scheme) throws IOException {
        Run run = run(scheme);
        run.withALateSave();
        run.spoil("000000000003-");
        assertThat(run.restored()).isEqualTo(2);
        run.spoil("000000000002-");
        run.spoil("000000000001-");
        assertThat(run.restored()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    @Tag("fault-12")
    void aLateSaveIsIgnoredIfItsSuccessorDiedBeforeItSaved(String scheme) throws IOException {
        Run run = run(scheme);
        CheckpointStore first = run.driver();
        first.save(TestCheckpoints.ofRound(1), 9);
        Map<String, byte[]> late = run.takeBack(first);
        run.driver();
        run.arrive(late);
        assertThat(run.restored()).isEqualTo(1);
        CheckpointStore third = run.driver();
        third.save(TestCheckpoints.ofRound(2), 9);
        assertThat(run.restored()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void aCheckpointSaysWhereItComesFrom(String scheme) throws IOException {
        Run run = run(scheme);
        CheckpointStore first = run.driver();
        Provenance one = first.save(TestCheckpoints.ofRound(1), 9).provenance();
        Provenance two = first.save(TestCheckpoints.ofRound(2), 9).provenance();
        CheckpointStore second = run.driver();
        Provenance three = second.save(TestCheckpoints.ofRound(3), 9).provenance();
        Provenance four = second.save(TestCheckpoints.ofRound(4), 9).provenance();
        assertThat(List.of(one.parent(), two.parent(), three.parent(), four.parent()))
                .containsExactly("", "000000000001-1", "000000000002-1", "000000000003-2");
        assertThat(List.of(one.start(), two.start(), three.start(), four.start()))
                .containsExactly("", "", "000000000002-1", "000000000002-1");
        assertThat(one.run()).isNotBlank();
        assertThat(List.of(two.run(), three.run(), four.run())).containsOnly(one.run());
        assertThat(one.writer()).endsWith(":" + ProcessHandle.current().pid());
        assertThat(CheckpointStore.open(run.storage, run.uri)
                        .newestValid()
                        .orElseThrow()
                        .progress())
                .isEqualTo(TestCheckpoints.ofRound(4).progress());
    }

    /** A change of settings saves the same round again. */
    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void aStartThatOvertakesAnotherSeesWhatThatSavedOfTheSameRound(String scheme) throws IOException {
        Run run = run(scheme);
        CheckpointStore empty = CheckpointStore.open(run.storage, run.uri);
        assertThat(empty.newestValid()).isEmpty();
        assertThat(empty.isStillNewest()).isTrue();
        run.driver().save(TestCheckpoints.ofRound(1), 9);
        assertThat(empty.isStillNewest()).isFalse();
        CheckpointStore starting = CheckpointStore.open(run.storage, run.uri);
        starting.newestValid();
        assertThat(starting.isStillNewest()).isTrue();
        run.driver().save(TestCheckpoints.ofRound(1), 9);
        assertThat(starting.isStillNewest()).isFalse();
        starting.newestValid();
        assertThat(starting.isStillNewest()).isTrue();
        run.driver().save(TestCheckpoints.ofRound(2), 9);
        run.spoil("000000000002-");
        starting.newestValid();
        assertThat(starting.isStillNewest())
                .as("the newer one is known to be damaged")
                .isTrue();
    }

    /** Every start leaves what it resumed from; only those after the oldest checkpoint can say anything of one. */
    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void aStartReadsOnceWhatTheLastDriversResumedFromHoweverManyThereWere(String scheme) throws IOException {
        Run run = run(scheme);
        for (int epoch = 1; epoch <= 1000; epoch++) {
            byte[] from = "{\"round\":0,\"epoch\":0}".getBytes(StandardCharsets.UTF_8);
            run.storage.createExclusively(Storage.resolve(run.uri, "epoch/" + epoch + ".json"), new byte[0]);
            run.storage.createExclusively(Storage.resolve(run.uri, "epoch/" + epoch + "-from.json"), from);
        }
        for (long round = 1; round <= 4; round++) {
            run.driver().save(TestCheckpoints.ofRound(round), 3);
        }
        run.store.forgetCounts();
        CheckpointStore store = CheckpointStore.open(run.storage, run.uri);
        store.beginEpoch();
        assertThat(store.newestValid().orElseThrow().round()).isEqualTo(4);
        assertThat(store.isStillNewest()).isTrue();
        assertThat(store.manifests()).hasSize(3);
        store.resumesFrom(store.newestValid());
        store.save(TestCheckpoints.ofRound(5), 3);
        assertThat(run.store.bytesRead().keySet())
                .filteredOn(file -> file.contains("-from.json"))
                .as("of the drivers after the first that has a checkpoint, and of this one")
                .containsExactly(
                        run.uri + "/epoch/1003-from.json",
                        run.uri + "/epoch/1004-from.json",
                        run.uri + "/epoch/1005-from.json");
        String last = run.uri + "/epoch/1004-from.json";
        assertThat(run.store.bytesRead()).as("once").containsEntry(last, run.storage.length(last));
    }

    /** Killed while it wrote the first vector of a checkpoint, or a manifest; another may be writing now. */
    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void whatAKilledDriverWasWritingIsDeletedAndNotWhatALaterOneWrites(String scheme) throws IOException {
        Run run = run(scheme);
        CheckpointStore first = run.driver();
        first.save(TestCheckpoints.ofRound(1), 9);
        String temporary = "/.first-moment.safetensors." + UUID.randomUUID() + ".tmp";
        String killed = run.uri + "/data/000000000002-1-killed" + temporary;
        String alive = run.uri + "/data/000000000002-9-alive" + temporary;
        String manifest = run.uri + "/manifest/.000000000002-";
        List<String> dead = List.of(killed, manifest + "1.json." + UUID.randomUUID() + ".tmp");
        List<String> living = List.of(alive, manifest + "9.json." + UUID.randomUUID() + ".tmp");
        for (String file : List.of(dead.get(0), dead.get(1), living.get(0), living.get(1))) {
            run.storage.replace(file, new byte[3]);
        }
        CheckpointStore second = run.driver();
        second.save(TestCheckpoints.ofRound(2), 9);
        assertThat(run.store.contents()).doesNotContainKeys(dead.toArray(String[]::new));
        assertThat(run.store.contents()).containsKeys(living.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void aDriverLeavesANoteAboutWhatItCouldNotUse(String scheme) throws IOException {
        Run run = run(scheme);
        CheckpointStore first = run.driver();
        first.save(TestCheckpoints.ofRound(1), 9);
        first.save(TestCheckpoints.ofRound(2), 9);
        run.spoil("000000000002-");
        String note = Storage.resolve(run.uri, "quarantine/000000000002-1.json");
        assertThat(run.restored()).as("a reader writes nothing").isEqualTo(1);
        assertThat(run.storage.exists(note)).isFalse();
        run.driver();
        JsonNode found = Json.parse(note, run.storage.read(note));
        assertThat(Json.text(found, note, "reason")).contains("theta.safetensors: expected ");
        assertThat(Json.wholeNumber(found, note, "found_by_epoch")).isEqualTo(2);
    }

    /** It was read while the driver before was deleting it: that is no damage. */
    @Test
    void aDriverLeavesNoNoteAboutWhatHasBeenDeletedSince() throws IOException {
        Run run = run("s3a");
        CheckpointStore first = run.driver();
        first.save(TestCheckpoints.ofRound(1), 9);
        first.save(TestCheckpoints.ofRound(2), 9);
        run.spoil("000000000002-");
        CheckpointStore second = CheckpointStore.open(run.storage, run.uri);
        assertThat(second.newestValid()).map(Checkpoint::round).contains(1L);
        first.save(TestCheckpoints.ofRound(3), 1);
        second.beginEpoch();
        second.resumesFrom(second.newestValid());
        assertThat(run.store.names()).noneMatch(name -> name.contains("quarantine"));
        assertThat(run.restored()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"mem, true, true", "s3a, true, true", "s3a, false, false", "gs, true, true", "abfs, true, false"})
    void aStoreThatDoesNotExcludeIsToldAtTheStartAndUsed(String scheme, boolean conditions, boolean expected)
            throws IOException {
        var run = new Run(scheme, conditions);
        assertThat(run.storage.keepsFirst(run.uri)).isEqualTo(expected);
        CheckpointStore driver = run.driver();
        driver.save(TestCheckpoints.ofRound(1), 1);
        assertThat(run.restored()).isEqualTo(1);
        assertThat(run.store.names()).as("nothing is left of the trial").noneMatch(name -> name.contains("probe"));
    }

    @ParameterizedTest
    @Tag("process")
    @ValueSource(strings = {"mem", "s3a"})
    @Tag("fault-20")
    void aReaderNeverLosesARunWhoseOldCheckpointsAreDeleted(String scheme) throws Exception {
        Run run = run(scheme);
        CheckpointStore driver = run.driver();
        driver.save(TestCheckpoints.ofRound(1), 1);
        var done = new AtomicBoolean();
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try {
            Future<Long> reads = reader.submit(() -> {
                long last = 1;
                long count = 0;
                while (!done.get()) {
                    long found = run.restored();
                    assertThat(found).isGreaterThanOrEqualTo(last);
                    last = found;
                    count++;
                }
                return count;
            });
            for (long round = 2; round <= 200; round++) {
                driver.save(TestCheckpoints.ofRound(round), 1);
            }
            done.set(true);
            assertThat(reads.get()).isPositive();
        } finally {
            done.set(true);
            reader.shutdownNow();
        }
    }
}
