package io.github.hyenaspark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.HostileBytes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.MemoryFileSystem;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Storage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a run that somebody has tampered with: refused in a sentence, without harm. */
class HostileCheckpointTest {
    private static final long SEED = 665;
    private static final int FEW = 2_000;
    private static final int MANY = 100_000;

    @Test
    void tensorsThatWereTamperedWithAreRefused() throws IOException {
        tensors(FEW);
    }

    @Test
    @Tag("endurance")
    void manyTensorsThatWereTamperedWithAreRefused() throws IOException {
        tensors(MANY);
    }

    private static void tensors(int files) throws IOException {
        var out = new ByteArrayOutputStream();
        float[] values = new float[20];
        Safetensors.write(
                out,
                List.of(
                        new Safetensors.Tensor("theta", new long[] {4, 3}, values, 0),
                        new Safetensors.Tensor("b", new long[] {8}, values, 12)),
                Map.of("vector", "theta"));
        int refused = HostileBytes.feed(
                SEED,
                files,
                out.toByteArray(),
                HostileCheckpointTest::withHeaderLength,
                file -> Safetensors.read("f", new ByteArrayInputStream(file), file.length));
        assertThat(refused).isGreaterThan(files / 2);
    }

    /** The header ends where its last brace is, so most changes are inside of it. */
    private static byte[] withHeaderLength(byte[] file) {
        int brace = file.length - 1;
        while (brace >= 0 && file[brace] != '}') {
            brace--;
        }
        if (brace < Long.BYTES) {
            return file;
        }
        byte[] repaired = file.clone();
        ByteBuffer.wrap(repaired).order(ByteOrder.LITTLE_ENDIAN).putLong(0, brace + 1L - Long.BYTES);
        return repaired;
    }

    @Test
    void manifestsThatWereTamperedWithAreRefused() throws IOException {
        manifests(FEW);
    }

    @Test
    @Tag("endurance")
    void manyManifestsThatWereTamperedWithAreRefused() throws IOException {
        manifests(MANY);
    }

    private static void manifests(int files) throws IOException {
        var file = new VectorFile("theta", "data/000000000002-1-x/theta.safetensors", 5, 6, "7".repeat(64));
        byte[] good = CheckpointManifest.of(
                        TestCheckpoints.ofRound(2), 1, new Provenance("r", "", "", "w", 0), List.of(file))
                .bytes();
        int refused = HostileBytes.feed(
                SEED, files, good, HostileCheckpointTest::withHash, bytes -> CheckpointManifest.fromBytes("m", bytes));
        assertThat(refused).isGreaterThan(files / 2);
    }

    /** With the hash of what is there now, if it still is an object. */
    private static byte[] withHash(byte[] bytes) {
        try {
            return Json.parse("m", bytes) instanceof ObjectNode root ? SelfHash.append(root) : bytes;
        } catch (CorruptFileException e) {
            return bytes;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../../etc/passwd",
                "/etc/passwd",
                "file:/etc/passwd",
                "data/../../x/theta.safetensors",
                "data/..",
                "data/a/../../../x",
                "manifest/000000000002-1.json",
                "data//x",
                "data/x/",
                "data/x/y/z",
                "hdfs://elsewhere/x",
                ""
            })
    void aManifestMayOnlyNameObjectsInItsRun(String path) throws IOException {
        String root = "mem://" + UUID.randomUUID();
        var configuration = new Configuration();
        configuration.set("fs.mem.impl", MemoryFileSystem.class.getName());
        try (var store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration)) {
            Storage storage = Storage.of(Map.of("fs.mem.impl", MemoryFileSystem.class.getName()));
            String run = root + "/run";
            var file = new VectorFile("theta", "data/x/theta.safetensors", 5, 6, "7".repeat(64));
            byte[] good = CheckpointManifest.of(
                            TestCheckpoints.ofRound(2), 1, new Provenance("r", "", "", "w", 0), List.of(file))
                    .bytes();
            ObjectNode tree = (ObjectNode) Json.parse("m", good);
            ((ObjectNode) tree.get("objects").get(0)).put("path", path);
            byte[] manifest = SelfHash.append(tree);
            storage.replace(run + "/manifest/000000000002-1.json", manifest);
            storage.replace(root + "/x/theta.safetensors", new byte[5]);
            store.forgetCounts();
            assertThatThrownBy(() -> CheckpointStore.open(storage, run).newestValid())
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining("the path of vector theta must be data/DIRECTORY/FILE within the run, found");
            assertThat(store.bytesRead().keySet()).allMatch(uri -> uri.startsWith(run + "/"));
        }
    }
}
