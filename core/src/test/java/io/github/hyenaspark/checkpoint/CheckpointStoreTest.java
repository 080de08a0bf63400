package io.github.hyenaspark.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    @TempDir
    Path directory;

    private Storage storage;
    private Path run;

    @BeforeEach
    void open() throws IOException {
        storage = Storage.local();
        run = directory.resolve("my run");
    }

    private CheckpointStore store() {
        return CheckpointStore.open(storage, run.toString());
    }

    private CheckpointStore driver() throws IOException {
        CheckpointStore store = store();
        store.beginEpoch();
        return store;
    }

    private List<String> filesOnDisk() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> directory.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    /** The directories of data as ROUND-EPOCH. */
    private List<String> dataOnDisk() throws IOException {
        try (Stream<Path> paths = Files.list(run.resolve("data"))) {
            return paths.map(path -> path.getFileName().toString().replaceFirst("^0*(\\d+-\\d+)-.*", "$1"))
                    .sorted()
                    .toList();
        }
    }

    private long newestRound() throws IOException {
        return store().newestValid().orElseThrow().round();
    }

    @Test
    void aCheckpointComesBackBitForBit() throws IOException {
        float[] theta = TestCheckpoints.vector(7, 1);
        theta[0] = Float.intBitsToFloat(0x7FC01234);
        theta[1] = -0.0f;
        Checkpoint saved = TestCheckpoints.ofRound(7, Map.of("theta", theta, "outer-momentum", theta));
        CheckpointManifest manifest = driver().save(saved, 1);

        Checkpoint restored = store().newestValid().orElseThrow();
        assertThat(restored)
                .usingRecursiveComparison()
                .ignoringFields("vectors")
                .isEqualTo(saved);
        assertThat(restored.vectors()).containsOnlyKeys("theta", "outer-momentum");
        for (float[] values : restored.vectors().values()) {
            for (int i = 0; i < theta.length; i++) {
                assertThat(Float.floatToRawIntBits(values[i])).isEqualTo(Float.floatToRawIntBits(theta[i]));
            }
        }
        assertThat(manifest.thetaSha256()).isEqualTo(Hashes.sha256(theta));
        assertThat(manifest.parameters()).isEqualTo(21);
        assertThat(store().manifests()).containsExactly(manifest);
    }

    @Test
    void aVectorMayHaveSomeParametersInItsOwnOrder() throws IOException {
        List<ParameterEntry> order = List.of(
                new ParameterEntry("block-0.filter.z", List.of(1, 2, 3), 0, ParameterSpec.Group.POSITIONS),
                new ParameterEntry("block-0.filter.sin-freq", List.of(2), 6, ParameterSpec.Group.FILTER));
        float[] moments = {1, 2, 3, 4, 5, 6, 7, 8};
        Checkpoint saved = TestCheckpoints.ofRound(
                7,
                Map.of("theta", TestCheckpoints.vector(7, 1), "second-moment", moments),
                Map.of("second-moment", order));
        driver().save(saved, 1);
        Checkpoint restored = store().newestValid().orElseThrow();
        assertThat(restored.vector("second-moment")).isEqualTo(moments);
        assertThat(restored.table("second-moment")).isEqualTo(order);
        assertThat(restored.table("theta")).isEqualTo(TestCheckpoints.TABLE);
    }

    @Test
    void theLayoutIsTheDocumentedOne() throws IOException {
        driver().save(TestCheckpoints.ofRound(7), 1);
        String uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
        List<String> patterns = List.of(
                "my run/data/000000000007-1-" + uuid + "/first-moment\\.safetensors",
                "my run/data/000000000007-1-" + uuid + "/outer-momentum\\.safetensors",
                "my run/data/000000000007-1-" + uuid + "/second-moment\\.safetensors",
                "my run/data/000000000007-1-" + uuid + "/theta\\.safetensors",
                "my run/epoch/1\\.json",
                "my run/manifest/000000000007-1\\.json");
        assertThat(filesOnDisk())
                .hasSameSizeAs(patterns)
                .allSatisfy(file -> assertThat(patterns)
                        .anySatisfy(pattern -> assertThat(file).matches(pattern)));
    }

    @Test
    void openingAndLookingWriteNothing() throws IOException {
        assertThat(store().newestValid()).isEmpty();
        assertThat(store().manifests()).isEmpty();
        assertThat(filesOnDisk()).isEmpty();
        assertThatThrownBy(() -> store().save(TestCheckpoints.ofRound(1), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("beginEpoch must be called before the first save to " + run);
        assertThat(filesOnDisk()).isEmpty();
    }

    @Test
    void theNewestByRoundThenEpochIsRestored() throws IOException {
        CheckpointStore first = driver();
        for (long round : new long[] {2, 9, 10}) {
            first.save(TestCheckpoints.ofRound(round), 5);
        }
        assertThat(newestRound()).isEqualTo(10);
        CheckpointStore second = driver();
        float[] other = TestCheckpoints.vector(10, 9);
        second.save(TestCheckpoints.ofRound(9), 5);
        second.save(TestCheckpoints.ofRound(10, Map.of("theta", other)), 5);
        assertThat(store().newestValid().orElseThrow().vector("theta")).isEqualTo(other);
        assertThat(store().manifests())
                .extracting(CheckpointManifest::path)
                .containsExactly(
                        "manifest/000000000010-2.json", "manifest/000000000009-2.json", "manifest/000000000002-1.json");
        assertThat(store().newestManifest().orElseThrow().path()).isEqualTo("manifest/000000000010-2.json");
    }

    @Test
    void onlyTheNewestStayAndTheirDataWithThem() throws IOException {
        CheckpointStore driver = driver();
        for (long round = 1; round <= 4; round++) {
            driver.save(TestCheckpoints.ofRound(round), 2);
        }
        assertThat(store().manifests())
                .extracting(manifest -> manifest.facts().round())
                .containsExactly(4L, 3L);
        assertThat(dataOnDisk()).containsExactly("3-1", "4-1");
        assertThatThrownBy(() -> driver.save(TestCheckpoints.ofRound(5), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("at least 1 checkpoint must be kept, found keep = 0");
    }

    /** Such as by a resume with other settings; round 1 is the best. */
    @Test
    void aRoundThatIsSavedAgainTakesThePlaceOfWhatItWasAndOfNoOther() throws IOException {
        CheckpointStore first = driver();
        for (long round : new long[] {1, 12, 16, 20}) {
            first.save(TestCheckpoints.ofRound(round), 3, true, () -> {});
        }
        for (long epoch = 2; epoch <= 3; epoch++) {
            CheckpointStore next = driver();
            next.resumesFrom(next.newestValid());
            next.save(TestCheckpoints.ofRound(20), 3, true, () -> {});
            assertThat(store().manifests())
                    .extracting(CheckpointManifest::path)
                    .containsExactly(
                            "manifest/000000000020-" + epoch + ".json",
                            "manifest/000000000016-1.json",
                            "manifest/000000000012-1.json",
                            "manifest/000000000001-1.json");
        }
        assertThat(dataOnDisk()).containsExactly("1-1", "12-1", "16-1", "20-3");
    }

    @Test
    void dataWithoutAManifestIsNoCheckpointAndIsSweptUnlessItIsALaterDrivers() throws IOException {
        CheckpointStore driver = driver();
        driver.save(TestCheckpoints.ofRound(1), 2);
        Files.createDirectories(run.resolve("data/000000000002-1-crashed"));
        Files.createDirectories(run.resolve("data/000000000002-9-alive"));
        for (String orphan : List.of("000000000002-1-crashed", "000000000002-9-alive")) {
            Files.write(run.resolve("data").resolve(orphan).resolve("theta.safetensors"), new byte[3]);
        }
        assertThat(newestRound()).isEqualTo(1);
        driver.save(TestCheckpoints.ofRound(3), 2);
        assertThat(dataOnDisk()).containsExactly("1-1", "2-9", "3-1");
    }

    @Test
    @Tag("fault-8")
    void everyDamageToEveryObjectIsFoundAndThePreviousCheckpointUsed() throws IOException {
        CheckpointStore driver = driver();
        driver.save(TestCheckpoints.ofRound(1), 2);
        driver.save(TestCheckpoints.ofRound(2), 2);
        List<Path> objects = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(run)) {
            paths.filter(path -> path.toString().contains("/000000000002-1"))
                    .filter(Files::isRegularFile)
                    .forEach(objects::add);
        }
        assertThat(objects).hasSize(5);
        for (Path object : objects) {
            byte[] whole = Files.readAllBytes(object);
            for (Map.Entry<String, byte[]> damaged : damages(whole).entrySet()) {
                Files.write(object, damaged.getValue());
                assertThat(newestRound()).as("%s, %s", object, damaged.getKey()).isEqualTo(1);
            }
            for (Path other : objects) {
                if (!other.equals(object)) {
                    Files.write(object, Files.readAllBytes(other));
                    assertThat(newestRound())
                            .as("%s in place of %s", other, object)
                            .isEqualTo(1);
                }
            }
            Files.delete(object);
            assertThat(newestRound()).as("%s deleted", object).isEqualTo(1);
            Files.write(object, whole);
            assertThat(newestRound()).isEqualTo(2);
        }
    }

    private static Map<String, byte[]> damages(byte[] whole) {
        Map<String, byte[]> damages = new LinkedHashMap<>();
        for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1, whole.length + 1}) {
            damages.put("cut or grown to " + length, Arrays.copyOf(whole, length));
        }
        for (int at : new int[] {0, 7, 8, whole.length / 3, whole.length / 2, whole.length - 1}) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            damages.put("flipped at " + at, flipped);
        }
        damages.put("zeroed", new byte[whole.length]);
        return damages;
    }

    @Test
    void theManifestOfAnotherCheckpointIsRefused() throws IOException {
        CheckpointStore driver = driver();
        driver.save(TestCheckpoints.ofRound(1), 2);
        Files.copy(run.resolve("manifest/000000000001-1.json"), run.resolve("manifest/000000000005-1.json"));
        assertThat(newestRound()).isEqualTo(1);
        Files.delete(run.resolve("manifest/000000000001-1.json"));
        assertThatThrownBy(() -> store().newestValid())
                .hasMessageContaining("000000000005-1.json: expected round 5 and epoch 1, found round 1 and epoch 1");
    }

    @Test
    void theListingNamesAManifestThatCannotBeRead() throws IOException {
        CheckpointStore driver = driver();
        CheckpointManifest first = driver.save(TestCheckpoints.ofRound(1), 2);
        CheckpointManifest second = driver.save(TestCheckpoints.ofRound(2), 2);
        Files.writeString(run.resolve(second.path()), "{");
        List<CheckpointStore.Listed> listing = store().listing();
        assertThat(listing).extracting(CheckpointStore.Listed::path).containsExactly(second.path(), first.path());
        assertThat(listing.get(0).manifest()).isEmpty();
        assertThat(listing.get(0).fault()).contains(second.path());
        assertThat(listing.get(1)).isEqualTo(new CheckpointStore.Listed(first.path(), Optional.of(first), ""));
        assertThat(store().manifests()).containsExactly(first);
        assertThat(store().newestManifest()).contains(first);
    }

    @Test
    void ifNoneIsValidTheRunIsRefusedAndNothingDeleted() throws IOException {
        CheckpointStore driver = driver();
        driver.save(TestCheckpoints.ofRound(1), 2);
        driver.save(TestCheckpoints.ofRound(2), 2);
        Files.write(run.resolve("manifest/000000000001-1.json"), new byte[0]);
        Files.write(run.resolve("manifest/000000000002-1.json"), "{}".getBytes(UTF_8));
        List<String> before = filesOnDisk();
        assertThatThrownBy(() -> store().newestValid())
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(run + "/manifest: expected a valid checkpoint, found 2 and none valid (")
                .hasMessageContaining("000000000002-1.json: expected the key manifest_sha256 at the end, found none")
                .hasMessageEndingWith("restore the files, or choose another run.dir to begin anew");
        assertThat(filesOnDisk()).isEqualTo(before);
        assertThat(store().manifests()).isEmpty();
    }

    @Test
    void aCheckpointFoundInvalidDoesNotCountAsKept() throws IOException {
        CheckpointStore first = driver();
        for (long round = 1; round <= 3; round++) {
            first.save(TestCheckpoints.ofRound(round), 3);
        }
        Files.write(run.resolve("manifest/000000000003-1.json"), new byte[0]);
        CheckpointStore second = driver();
        assertThat(second.newestValid().orElseThrow().round()).isEqualTo(2);
        second.save(TestCheckpoints.ofRound(3), 2);
        assertThat(store().manifests())
                .extracting(CheckpointManifest::path)
                .containsExactly("manifest/000000000003-2.json", "manifest/000000000002-1.json");
    }

    @Test
    void whatDoesNotReadBackIsReported() throws IOException {
        CheckpointManifest manifest = driver().save(TestCheckpoints.ofRound(1), 1);
        store().verify(manifest);
        Path theta = run.resolve(manifest.files().get(3).path());
        byte[] whole = Files.readAllBytes(theta);
        whole[whole.length - 1] ^= 1;
        Files.write(theta, whole);
        assertThatThrownBy(() -> store().verify(manifest))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("/theta.safetensors: expected ");
        Path file = run.resolve(manifest.path());
        Files.writeString(file, Files.readString(file, UTF_8) + " ", UTF_8);
        assertThatThrownBy(() -> store().verify(manifest))
                .hasMessageContaining("expected the manifest as it was written, found other bytes");
    }

    @Test
    void aDriverThatWasReplacedStopsAtItsNextSave() throws IOException {
        CheckpointStore older = driver();
        older.save(TestCheckpoints.ofRound(1), 2);
        CheckpointStore newer = driver();
        assertThatThrownBy(() -> older.save(TestCheckpoints.ofRound(2), 2))
                .isInstanceOf(LockedException.class)
                .hasMessage("another driver, epoch 2, has taken over the run " + run
                        + " from this one, epoch 1; let only one of them run");
        newer.save(TestCheckpoints.ofRound(2), 2);
        assertThat(store().manifests().get(0).epoch()).isEqualTo(2);
        assertThatThrownBy(newer::beginEpoch).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Tag("fault-13")
    void driversThatStartAtOnceGetDifferentEpochs() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Long>> drivers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                CheckpointStore store = store();
                drivers.add(store::beginEpoch);
            }
            TreeSet<Long> epochs = new TreeSet<>();
            for (Future<Long> epoch : executor.invokeAll(drivers)) {
                epochs.add(epoch.get());
            }
            assertThat(epochs).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void savingARoundAgainChangesNothing() throws IOException {
        CheckpointStore driver = driver();
        CheckpointManifest first = driver.save(TestCheckpoints.ofRound(1), 2);
        List<String> before = filesOnDisk();
        assertThat(driver.save(TestCheckpoints.ofRound(1), 2)).isEqualTo(first);
        assertThat(filesOnDisk()).isEqualTo(before);
        Map<String, float[]> others = new HashMap<>(TestCheckpoints.ofRound(1).vectors());
        others.put("theta", TestCheckpoints.vector(1, 9));
        assertThatThrownBy(() -> driver.save(TestCheckpoints.ofRound(1, others), 2))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("round 1 was saved to " + run + "/manifest/000000000001-1.json with other"
                        + " parameters: theta " + first.thetaSha256());
    }

    @Test
    void aRunThatWasMovedIsRestored() throws IOException {
        driver().save(TestCheckpoints.ofRound(1), 2);
        Path moved = directory.resolve("moved");
        Files.move(run, moved);
        assertThat(CheckpointStore.open(storage, "file:" + moved)
                        .newestValid()
                        .orElseThrow()
                        .round())
                .isEqualTo(1);
    }

    /** A disk that gives a worker's file only while it is open, and only to who reads another at the same time. */
    public static final class MeetingDisk extends RawLocalFileSystem {
        static volatile boolean isOpen;
        private static final CyclicBarrier TWO = new CyclicBarrier(2);

        @Override
        public URI getUri() {
            return URI.create("meeting:///");
        }

        @Override
        public FSDataInputStream open(org.apache.hadoop.fs.Path file, int bufferSize) throws IOException {
            if (file.getName().startsWith("worker-")) {
                assertThat(isOpen).as("%s may be read", file).isTrue();
                try {
                    TWO.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                    throw new IOException(file + " is read alone", e);
                }
            }
            return super.open(file, bufferSize);
        }
    }

    /** A disk on which nothing of a checkpoint's data can be deleted while someone reads there. */
    public static final class ReadDisk extends RawLocalFileSystem {
        static volatile boolean isRead;

        @Override
        public URI getUri() {
            return URI.create("read:///");
        }

        @Override
        public boolean delete(org.apache.hadoop.fs.Path path, boolean recursive) throws IOException {
            return (!isRead || !path.toString().contains("/data/")) && super.delete(path, recursive);
        }
    }

    @Test
    void anOldCheckpointThatCannotBeDeletedIsDeletedByALaterSave() throws IOException {
        storage = Storage.of(Map.of("fs.read.impl", ReadDisk.class.getName()));
        CheckpointStore store = CheckpointStore.open(storage, "read:" + run);
        store.beginEpoch();
        store.save(TestCheckpoints.ofRound(1), 1);
        ReadDisk.isRead = true;
        store.save(TestCheckpoints.ofRound(2), 1);
        assertThat(newestRound()).isEqualTo(2);
        assertThat(dataOnDisk()).containsExactly("1-1", "2-1");
        ReadDisk.isRead = false;
        store.save(TestCheckpoints.ofRound(3), 1);
        assertThat(dataOnDisk()).containsExactly("3-1");
    }

    /** Saving would read them one by one here: each worker has read back its own. */
    @Test
    void theStatesOfWorkersAreReadAtTheSameTimeByWhoResumesAndNotByWhoSaves() throws IOException {
        String folder = WorkerStateFiles.newDirectory(1, 1);
        List<VectorFile> kept = new ArrayList<>();
        for (int worker = 0; worker < 4; worker++) {
            Map<String, float[]> state = Map.of("residual", new float[] {worker});
            kept.add(WorkerStateFiles.write(storage, run.toString(), folder, worker, state));
        }
        storage = Storage.of(Map.of("fs.meeting.impl", MeetingDisk.class.getName()));
        CheckpointStore store = CheckpointStore.open(storage, "meeting:" + run);
        store.beginEpoch();
        MeetingDisk.isOpen = false;
        store.save(TestCheckpoints.ofRound(1, kept), 1);
        MeetingDisk.isOpen = true;
        assertThat(store.newestValid().orElseThrow().workers()).isEqualTo(kept);
    }

    @Test
    void whoHasOthersReadTheStatesOfWorkersFallsBackAsWell() throws IOException {
        CheckpointStore store = driver();
        store.save(TestCheckpoints.ofRound(1), 2);
        Map<String, float[]> state = Map.of("residual", new float[] {1});
        String folder = WorkerStateFiles.newDirectory(2, 1);
        VectorFile kept = WorkerStateFiles.write(storage, run.toString(), folder, 0, state);
        store.save(TestCheckpoints.ofRound(2, List.of(kept)), 2);
        Files.delete(run.resolve(kept.path()));
        CheckpointStore next = store();
        Checkpoint found = next.newestValid(files -> {}).orElseThrow();
        assertThat(found.workers()).containsExactly(kept);
        assertThat(next.isStillNewest()).isTrue();
        next.checkWorkers(found, files -> WorkerStateFiles.verify(storage, run.toString(), files.get(0)));
        assertThat(next.isStillNewest()).isFalse();
        assertThat(next.newestValid(
                                files -> assertThat(files).as("once is enough").isEmpty())
                        .orElseThrow()
                        .round())
                .isEqualTo(1);
    }
}
