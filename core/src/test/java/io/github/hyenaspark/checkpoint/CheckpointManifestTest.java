package io.github.hyenaspark.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointManifestTest {
    private static final CheckpointManifest MANIFEST = CheckpointManifest.of(
            TestCheckpoints.ofRound(3),
            2,
            new Provenance("run-7", "000000000002-2", "000000000001-1", "host:17", 1_700_000_000_000L),
            List.of(new VectorFile("theta", "data/x/theta.safetensors", 84, 4_294_967_295L, "cd".repeat(32))));

    @Test
    void aManifestComesBack() throws CorruptFileException {
        assertThat(CheckpointManifest.fromBytes("m", MANIFEST.bytes())).isEqualTo(MANIFEST);
    }

    @Test
    void everyChangedByteIsFound() {
        byte[] bytes = MANIFEST.bytes();
        for (int at = 0; at < bytes.length; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 4;
            assertThatThrownBy(() -> CheckpointManifest.fromBytes("m", changed))
                    .as("byte %d of %d", at, bytes.length)
                    .isInstanceOf(CorruptFileException.class);
        }
    }

    @Test
    void everyTruncationIsFound() {
        byte[] bytes = MANIFEST.bytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> CheckpointManifest.fromBytes("m", cut))
                    .as("first %d bytes of %d", length, bytes.length)
                    .isInstanceOf(CorruptFileException.class);
        }
    }

    @Test
    void whatIsInTheManifestCanBeReadByPeople() throws CorruptFileException {
        JsonNode root = Json.parse("m", MANIFEST.bytes());
        assertThat(Json.wholeNumber(root, "m", "round")).isEqualTo(3);
        assertThat(Json.wholeNumber(root, "m", "parameters")).isEqualTo(21);
        assertThat(Json.text(root, "m", "theta_sha256")).isEqualTo(MANIFEST.thetaSha256());
        assertThat(new String(MANIFEST.bytes(), UTF_8)).contains("\"blas\" : \"openblas 0.3.19\"");
    }

    @Test
    void aManifestOfAnotherFormIsRefused() throws CorruptFileException {
        ObjectNode root = (ObjectNode) Json.parse("m", MANIFEST.bytes());
        ((ObjectNode) root.get("table").get(1)).put("group", "biases");
        byte[] group = Json.Sealed.MANIFEST_SHA256.seal(root);
        assertThatThrownBy(() -> CheckpointManifest.fromBytes("m", group))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(
                        "m: expected a group among [base, matrix, filter, positions, decay], found biases");
        byte[] format = Json.Sealed.MANIFEST_SHA256.seal(root.put("format", "hyena-spark checkpoint 1"));
        assertThatThrownBy(() -> CheckpointManifest.fromBytes("m", format))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(
                        "m: expected the format \"hyena-spark checkpoint 3\", found \"hyena-spark checkpoint 1\"");
    }
}
