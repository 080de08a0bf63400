package io.github.hyenaspark.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.Hostile;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Files of a run that were made to harm whoever reads them; their hashes are right, so the readers believe them. */
@Timeout(value = 900, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileRunTest {
    private static final Map<String, String> HADOOP = Map.of("fs.mem.impl", MemoryFileSystem.class.getName());
    private static final int FEW = 2_000;
    private static final int MANY = 100_000;

    private final String root = "mem://" + UUID.randomUUID();
    private final String run = root + "/outer/run";
    private MemoryFileSystem store;
    private Storage storage;

    @BeforeEach
    void saveTwoCheckpoints() throws IOException {
        var configuration = new Configuration();
        HADOOP.forEach(configuration::set);
        store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration);
        storage = Storage.of(HADOOP);
        CheckpointStore driver = CheckpointStore.open(storage, run);
        driver.beginEpoch();
        driver.save(TestCheckpoints.ofRound(1), 2);
        driver.save(TestCheckpoints.ofRound(2), 2);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Test
    @Tag("process")
    void hostileManifestsAreRefused() throws IOException {
        readManifests(FEW, 1);
    }

    @Test
    @Tag("endurance")
    void aHundredThousandHostileManifestsAreRefused() throws IOException {
        readManifests(MANY, 2);
    }

    private void readManifests(int count, long seed) throws IOException {
        CheckpointManifest manifest =
                CheckpointStore.open(storage, run).manifests().get(0);
        String uri = Storage.resolve(run, manifest.path());
        byte[] valid = manifest.bytes();
        long all = store.contents().values().stream()
                .mapToLong(bytes -> bytes.length)
                .sum();
        int refused = 0;
        for (int i = 0; i < count; i++) {
            String what = "manifest " + i + " of seed " + seed;
            byte[] hostile = manifest(uri, valid, new Random(seed * 1_000_003 + i));
            storage.replace(uri, hostile);
            store.forgetCounts();
            long[] round = {-1};
            boolean threw = Hostile.refused(
                    what,
                    all + hostile.length,
                    () -> round[0] = CheckpointStore.open(storage, run)
                            .newestValid()
                            .orElseThrow()
                            .round());
            assertThat(threw).as(what).isFalse();
            assertThat(round[0]).as(what).isBetween(1L, 2L);
            refused += round[0] == 1 ? 1 : 0;
            assertThat(store.asked()).as(what).isNotEmpty().allMatch(path -> path.startsWith(run + "/"));
        }
        assertThat(refused).isGreaterThan(count / 2);
        storage.replace(uri, valid);
        assertThat(CheckpointStore.open(storage, run)
                        .newestValid()
                        .orElseThrow()
                        .round())
                .isEqualTo(2);
    }

    private static byte[] manifest(String uri, byte[] valid, Random random) throws IOException {
        ObjectNode root = (ObjectNode) Json.parse(uri, valid);
        root.remove("manifest_sha256");
        if (random.nextInt(3) > 0) {
            return Json.Sealed.MANIFEST_SHA256.seal(Hostile.tree(root, random));
        }
        byte[] text = Hostile.text(Json.bytes(root), random);
        String zeros = "0".repeat(64);
        String open = new String(text, UTF_8).replaceFirst("\\s*}\\s*$", ",\n  \"manifest_sha256\" : \"");
        String sealed = open + Hashes.sha256((open + zeros + "\"\n}\n").getBytes(UTF_8)) + "\"\n}\n";
        return sealed.getBytes(UTF_8);
    }

    @Test
    @Tag("process")
    void retentionOfARunWithHostileManifestsStaysWithinIt() throws IOException {
        CheckpointManifest manifest =
                CheckpointStore.open(storage, run).manifests().get(0);
        String uri = Storage.resolve(run, manifest.path());
        byte[] valid = manifest.bytes();
        for (String place : new String[] {root + "/outer/x", root + "/x", root + "/outer/run2/data/a/b"}) {
            storage.replace(place, new byte[] {1});
        }
        CheckpointStore driver = CheckpointStore.open(storage, run);
        driver.beginEpoch();
        for (int i = 0; i < 300; i++) {
            storage.replace(uri, manifest(uri, valid, new Random(i)));
            store.forgetCounts();
            driver.save(TestCheckpoints.ofRound(3 + i), 3);
            assertThat(store.asked()).as("seed " + i).allMatch(path -> path.startsWith(run + "/"));
        }
        assertThat(store.contents().keySet()).contains(root + "/outer/x", root + "/x", root + "/outer/run2/data/a/b");
    }

    @Test
    void hostileObjectsOfWorkersAreRefused() throws IOException {
        readSafetensors(FEW, 3);
    }

    @Test
    @Tag("endurance")
    void aHundredThousandHostileObjectsAreRefused() throws IOException {
        readSafetensors(MANY, 4);
    }

    private void readSafetensors(int count, long seed) throws IOException {
        VectorFile kept = WorkerStateFiles.write(
                storage,
                run,
                WorkerStateFiles.newDirectory(3, 1),
                0,
                Map.of("first-moment", new float[7], "residual", new float[9], "second-moment", new float[7]));
        String uri = Storage.resolve(run, kept.path());
        byte[] valid = storage.read(uri);
        int refused = 0;
        for (int i = 0; i < count; i++) {
            String what = "safetensors " + i + " of seed " + seed;
            byte[] hostile = safetensors(valid, new Random(seed * 1_000_003 + i));
            boolean alone = Hostile.refused(
                    what,
                    hostile.length,
                    () -> Safetensors.read(uri, new ByteArrayInputStream(hostile), hostile.length));
            storage.replace(uri, hostile);
            var crc = new CRC32C();
            crc.update(hostile);
            var named =
                    new VectorFile(kept.vector(), kept.path(), hostile.length, crc.getValue(), Hashes.sha256(hostile));
            boolean stored = Hostile.refused(what, hostile.length, () -> WorkerStateFiles.read(storage, run, named));
            assertThat(stored || !alone).as(what).isTrue();
            refused += alone ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(count / 2);
    }

    private static byte[] safetensors(byte[] valid, Random random) throws IOException {
        int length = Math.toIntExact(
                ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getLong());
        byte[] header = Arrays.copyOfRange(valid, 8, 8 + length);
        byte[] data = Arrays.copyOfRange(valid, 8 + length, valid.length);
        byte[] hostile = switch (random.nextInt(4)) {
            case 0 -> Hostile.bytes(header, random);
            case 1 -> Hostile.text(header, random);
            default ->
                Json.line(Hostile.tree((ObjectNode) Json.parse("header", header), random))
                        .getBytes(UTF_8);
        };
        long[] lengths = {hostile.length, hostile.length, hostile.length, 100_000_000, -1, random.nextLong(), 1L << 40};
        long said = random.nextInt(4) > 0 ? hostile.length : lengths[random.nextInt(lengths.length)];
        return ByteBuffer.allocate(8 + hostile.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(said)
                .put(hostile)
                .put(data)
                .array();
    }
}
