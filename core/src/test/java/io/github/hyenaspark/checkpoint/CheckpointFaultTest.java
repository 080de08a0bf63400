package io.github.hyenaspark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault;
import io.github.hyenaspark.testing.StoreFault.Effect;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Saving on a strict store that fails at each of its operations, and restoring from every damage. {@code mem} has the
 * rules of HDFS, {@code s3a} those of S3.
 */
class CheckpointFaultTest {
    private static final Map<String, String> HADOOP =
            Map.of("fs.s3a.impl", MemoryFileSystem.class.getName(), "fs.mem.impl", MemoryFileSystem.class.getName());
    private static final Configuration SETTINGS = new Configuration(); // reading Hadoop's defaults is most of a save
    private static final Storage STORAGE = Storage.of(HADOOP);
    private static final int KEEP = 2;

    static {
        HADOOP.forEach(SETTINGS::set);
    }

    private final List<MemoryFileSystem> stores = new ArrayList<>();

    /** A store with a run that has a checkpoint of round 1, of an earlier driver. */
    private final class Run {
        private final MemoryFileSystem store;
        private final Storage storage;
        private final String uri;

        Run(String scheme) throws IOException {
            String root = scheme + "://" + UUID.randomUUID();
            store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), SETTINGS);
            stores.add(store);
            storage = STORAGE;
            uri = root + "/run";
            driver().save(checkpoint(1), KEEP);
        }

        CheckpointStore driver() throws IOException {
            CheckpointStore driver = CheckpointStore.open(storage, uri);
            driver.beginEpoch();
            return driver;
        }

        /** With an object of a worker in a directory of its own, as a task writes it. */
        Checkpoint checkpoint(long round) throws IOException {
            String directory = WorkerStateFiles.newDirectory(round, 1);
            VectorFile kept = WorkerStateFiles.write(
                    storage, uri, directory, 0, Map.of("first-moment", new float[] {(float) round, 2, 3}));
            return TestCheckpoints.ofRound(round, List.of(kept));
        }

        /** All that the manifest of a round names. */
        List<VectorFile> files(long round) throws IOException {
            CheckpointManifest manifest = CheckpointStore.open(storage, uri).manifests().stream()
                    .filter(found -> found.facts().round() == round)
                    .findFirst()
                    .orElseThrow();
            List<VectorFile> files = new ArrayList<>(manifest.files());
            files.addAll(manifest.facts().workers());
            return files;
        }

        /** The round that would be resumed from, everything of it checked. */
        long restored() throws IOException {
            Checkpoint found = CheckpointStore.open(storage, uri).newestValid().orElseThrow();
            Map<String, float[]> expected =
                    TestCheckpoints.ofRound(found.round()).vectors();
            assertThat(found.vectors().keySet()).isEqualTo(expected.keySet());
            expected.forEach((name, values) -> assertThat(found.vector(name)).containsExactly(values));
            assertThat(WorkerStateFiles.read(storage, uri, found.workers().get(0))
                            .get("first-moment"))
                    .containsExactly((float) found.round(), 2, 3);
            return found.round();
        }
    }

    @AfterEach
    void close() throws IOException {
        for (MemoryFileSystem store : stores) {
            store.close();
        }
    }

    private static long operations(MemoryFileSystem store, Set<Operation> kinds) {
        return kinds.stream().mapToLong(store::operations).sum();
    }

    /**
     * The driver dies at any of its operations, or the store fails in any way there: the old checkpoint is restored or
     * the new one, never anything else, and the next driver saves as if nothing had happened.
     */
    @ParameterizedTest
    @CsvSource({"mem, BEFORE", "mem, AFTER", "mem, LASTING", "s3a, BEFORE", "s3a, AFTER", "s3a, LASTING"})
    @Tag("process")
    @Tag("fault-2")
    @Tag("fault-11")
    void everyPrefixOfASaveIsTheOldStateOrTheNew(String scheme, Effect effect) throws IOException {
        checkPrefixes(scheme, effect, 1);
    }

    /** The same at every fourth operation, and wherever a write can be torn. */
    @ParameterizedTest
    @CsvSource({
        "mem, BEFORE", "mem, AFTER", "mem, LASTING", "mem, TORN",
        "mem, DYING_AT_NOTHING", "mem, DYING_AT_ONE_BYTE", "mem, DYING_AT_HALF", "mem, DYING_BEFORE_THE_LAST_BYTE",
        "s3a, BEFORE", "s3a, AFTER", "s3a, LASTING", "s3a, TORN",
        "s3a, DYING_AT_NOTHING", "s3a, DYING_AT_ONE_BYTE", "s3a, DYING_AT_HALF", "s3a, DYING_BEFORE_THE_LAST_BYTE"
    })
    @Tag("fault-2")
    @Tag("fault-11")
    void aPrefixOfASaveIsTheOldStateOrTheNew(String scheme, Effect effect) throws IOException {
        checkPrefixes(scheme, effect, effect.tears() ? 1 : 4);
    }

    private void checkPrefixes(String scheme, Effect effect, int stride) throws IOException {
        Set<Operation> kinds = effect.tears() ? Set.of(Operation.CLOSE) : Set.of(Operation.values());
        var undisturbed = new Run(scheme);
        CheckpointStore first = undisturbed.driver();
        Checkpoint second = undisturbed.checkpoint(2);
        undisturbed.store.forgetCounts();
        first.save(second, KEEP);
        long all = operations(undisturbed.store, kinds);
        assertThat(all).isGreaterThan(4);
        int olds = 0;
        for (long n = 1; n <= all; n += stride) {
            String where = scheme + ", " + effect + " at operation " + n + " of " + all;
            var run = new Run(scheme);
            CheckpointStore driver = run.driver();
            Checkpoint next = run.checkpoint(2);
            run.store.inject(new StoreFault(kinds, "", n, effect));
            boolean saved = saves(driver, next);
            run.store.heal();
            long restored = run.restored();
            assertThat(restored).as(where).isIn(1L, 2L);
            if (saved) {
                assertThat(restored).as(where).isEqualTo(2);
            }
            olds += restored == 1 ? 1 : 0;
            CheckpointStore later = run.driver();
            later.save(run.checkpoint(3), KEEP);
            assertThat(run.restored()).as(where).isEqualTo(3);
        }
        assertThat(olds).as("faults that came before the commit").isPositive();
    }

    private static boolean saves(CheckpointStore driver, Checkpoint checkpoint) {
        try {
            driver.save(checkpoint, KEEP);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** All objects of a run with two checkpoints, and what may happen to one of them. */
    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    @Tag("fault-8")
    @Tag("fault-10")
    void everyDamageToEveryObjectIsFoundAndThePreviousCheckpointUsed(String scheme) throws IOException {
        var whole = new Run(scheme);
        whole.driver().save(whole.checkpoint(2), KEEP);
        Map<String, byte[]> objects = new TreeMap<>();
        whole.store.contents().forEach((uri, bytes) -> {
            boolean ofSecond = uri.contains("/000000000002-") || uri.contains("/data/000000000002-");
            if (ofSecond && !uri.contains("/epoch/")) {
                objects.put(uri, bytes);
            }
        });
        assertThat(objects).as("manifest, four vectors, one worker's").hasSize(6);
        byte[] other = objects.values().iterator().next();
        int found = 0;
        for (Map.Entry<String, byte[]> object : objects.entrySet()) {
            for (Map.Entry<String, UnaryOperator<byte[]>> damage :
                    damages(other).entrySet()) {
                byte[] spoilt = damage.getValue().apply(object.getValue());
                if (Hashes.sha256(spoilt).equals(Hashes.sha256(object.getValue()))) {
                    continue; // this object in the place of itself
                }
                whole.storage.delete(object.getKey());
                if (!damage.getKey().equals("deleted")) {
                    whole.storage.replace(object.getKey(), spoilt);
                }
                assertThat(whole.restored())
                        .as("%s %s", object.getKey(), damage.getKey())
                        .isEqualTo(1);
                whole.storage.replace(object.getKey(), object.getValue());
                found++;
            }
        }
        assertThat(found).isGreaterThanOrEqualTo(6 * 10 - 2);
        assertThat(whole.restored()).isEqualTo(2);
    }

    private static Map<String, UnaryOperator<byte[]>> damages(byte[] other) {
        Map<String, UnaryOperator<byte[]>> damages = new TreeMap<>();
        damages.put("deleted", bytes -> new byte[0]);
        damages.put("empty", bytes -> new byte[0]);
        damages.put("cut to one byte", bytes -> Arrays.copyOf(bytes, 1));
        damages.put("cut to half", bytes -> Arrays.copyOf(bytes, bytes.length / 2));
        damages.put("without its last byte", bytes -> Arrays.copyOf(bytes, bytes.length - 1));
        damages.put("with a byte more", bytes -> Arrays.copyOf(bytes, bytes.length + 1));
        damages.put("twice", bytes -> {
            byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length);
            System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
            return twice;
        });
        damages.put("swapped for another", bytes -> other);
        for (double place : new double[] {0, 0.3, 0.5, 0.9, 1}) {
            damages.put("with a bit flipped at " + place, bytes -> {
                byte[] flipped = bytes.clone();
                flipped[(int) (place * (bytes.length - 1))] ^= 4;
                return flipped;
            });
        }
        return damages;
    }

    /** A model needs no moments and no workers' states, however large they are and whatever has happened to them. */
    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void whoOnlyUsesTheModelReadsNothingButItsParameters(String scheme) throws IOException {
        var run = new Run(scheme);
        run.driver().save(run.checkpoint(2), KEEP);
        CheckpointStore reader = CheckpointStore.open(run.storage, run.uri);
        List<String> spoilt = new ArrayList<>();
        for (VectorFile file : run.files(2)) {
            if (!file.vector().equals(Checkpoint.THETA)) {
                spoilt.add(Storage.resolve(run.uri, file.path()));
            }
        }
        assertThat(spoilt).as("three vectors, one worker's").hasSize(4);
        spoilt.forEach(uri -> run.store.flipBit(uri, 100));
        run.store.forgetCounts();
        Checkpoint model = reader.newestModel().orElseThrow();
        assertThat(model.round()).isEqualTo(2);
        assertThat(model.vectors()).containsOnlyKeys(Checkpoint.THETA);
        assertThat(model.vector(Checkpoint.THETA))
                .containsExactly(TestCheckpoints.ofRound(2).vector(Checkpoint.THETA));
        assertThat(run.store.bytesRead().keySet())
                .filteredOn(uri -> uri.endsWith(".safetensors"))
                .hasSize(1)
                .doesNotContainAnyElementsOf(spoilt);
        assertThat(reader.newestValid().orElseThrow().round()).isEqualTo(1);
        for (VectorFile file : run.files(2)) {
            run.store.flipBit(Storage.resolve(run.uri, file.path()), 100);
        }
        assertThat(reader.newestModel().orElseThrow().round())
                .as("its parameters are damaged")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    @Tag("fault-9")
    void ifEverythingIsDamagedNothingIsDeletedAndNothingRestored(String scheme) throws IOException {
        var run = new Run(scheme);
        run.driver().save(run.checkpoint(2), KEEP);
        run.store.contents().forEach((uri, bytes) -> {
            if (uri.endsWith("theta.safetensors")) {
                run.store.flipBit(uri, 8L * bytes.length - 1);
            }
        });
        Set<String> before = Set.copyOf(run.store.contents().keySet());
        assertThatThrownBy(() -> CheckpointStore.open(run.storage, run.uri).newestValid())
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("2 and none valid");
        assertThat(run.store.contents().keySet()).containsAll(before);
    }

    /** It has looked, was paused for long, and commits when another driver has gone on from the round before. */
    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void whatADriverCommitsAfterItWasReplacedDoesNotCount(String scheme) throws IOException {
        var run = new Run(scheme);
        CheckpointStore paused = run.driver();
        paused.resumesFrom(paused.newestValid());
        paused.save(run.checkpoint(2), KEEP);
        CheckpointStore later = run.driver();
        later.resumesFrom(later.newestValid());
        // the paused one is past its look at the epochs: its manifest is written as if by hand
        String late = Storage.resolve(run.uri, "manifest/000000000005-2.json");
        run.storage.replace(late, manifestOf(run, 5, 2));
        assertThat(run.restored()).isEqualTo(2);
        assertThat(CheckpointStore.open(run.storage, run.uri).manifests())
                .extracting(manifest -> manifest.facts().round())
                .containsExactly(2L, 1L);
        later.save(run.checkpoint(3), KEEP);
        assertThat(run.restored()).isEqualTo(3);
        assertThatThrownBy(() -> paused.save(run.checkpoint(6), KEEP)).isInstanceOf(LockedException.class);
        assertThat(run.restored()).isEqualTo(3);
    }

    private static byte[] manifestOf(Run run, long round, long epoch) throws IOException {
        String directory = "data/00000000000" + round + "-" + epoch + "-late";
        Checkpoint checkpoint = run.checkpoint(round);
        List<VectorFile> files = new ArrayList<>();
        for (String vector : checkpoint.vectors().keySet()) {
            files.add(VectorFile.write(run.storage, run.uri, directory, vector, checkpoint));
        }
        return CheckpointManifest.of(checkpoint, epoch, new Provenance("r", "", "", "w", 0), files)
                .bytes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void aDamagedCheckpointIsNotedWithTheReason(String scheme) throws IOException {
        var run = new Run(scheme);
        CheckpointStore driver = run.driver();
        driver.save(run.checkpoint(2), KEEP);
        String manifest = Storage.resolve(run.uri, "manifest/000000000002-2.json");
        run.store.flipBit(manifest, 100);
        CheckpointStore next = CheckpointStore.open(run.storage, run.uri);
        next.beginEpoch();
        next.resumesFrom(next.newestValid());
        String note = Storage.resolve(run.uri, "quarantine/000000000002-2.json");
        assertThat(new String(run.storage.read(note), StandardCharsets.UTF_8)).contains("manifest_sha256");
        assertThat(run.storage.exists(manifest)).isTrue();
    }

    /** What a round in progress writes is there when the round before has been saved, and gone two rounds later. */
    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void whatWorkersWriteForTheNextRoundOutlivesASave(String scheme) throws IOException {
        var run = new Run(scheme);
        CheckpointStore driver = run.driver();
        String directory = WorkerStateFiles.newDirectory(3, driver.epoch());
        VectorFile ahead =
                WorkerStateFiles.write(run.storage, run.uri, directory, 0, Map.of("residual", new float[] {4}));
        driver.save(run.checkpoint(2), 1);
        assertThat(WorkerStateFiles.read(run.storage, run.uri, ahead).get("residual"))
                .containsExactly(4);
        driver.save(run.checkpoint(3), 1);
        driver.save(run.checkpoint(4), 1);
        assertThat(run.storage.exists(Storage.resolve(run.uri, ahead.path()))).isFalse();
    }

    /** A worker whose result did not count keeps what it had: an object of a round whose checkpoint is long gone. */
    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void whatAManifestNamesStaysHoweverOldItIs(String scheme) throws IOException {
        var run = new Run(scheme);
        CheckpointStore driver = run.driver();
        Checkpoint second = run.checkpoint(2);
        driver.save(second, 1);
        for (long round = 3; round < 6; round++) {
            driver.save(TestCheckpoints.ofRound(round, second.workers()), 1);
        }
        Checkpoint last =
                CheckpointStore.open(run.storage, run.uri).newestValid().orElseThrow();
        assertThat(WorkerStateFiles.read(run.storage, run.uri, last.workers().get(0))
                        .get("first-moment"))
                .containsExactly(2, 2, 3);
    }
}
