package io.github.hyenaspark.io;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashesTest {
    @Test
    void hashesAreThoseOfTheStandards() throws IOException {
        assertThat(Hashes.sha256("abc".getBytes(US_ASCII)))
                .as("FIPS 180-2, appendix B.1")
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Hashes.first64("abc")).isEqualTo(0xba7816bf8f01cfeaL);
        var zeros = new Hashes.Output(OutputStream.nullOutputStream());
        zeros.write(new byte[32]);
        assertThat(zeros.file("zeros", 0).crc32c()).as("RFC 3720, B.4").isEqualTo(0x8A9136AAL);
    }

    @Test
    void linesAreHashedAsTheTextThatTheyMake() {
        List<List<String>> texts = List.of(
                List.of(),
                List.of(""),
                List.of("", ""),
                List.of("one"),
                List.of("one", "", "zwei ä"),
                List.of("a", ""));
        for (List<String> lines : texts) {
            assertThat(Hashes.sha256(lines.stream())).isEqualTo(Hashes.sha256(String.join("\n", lines)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16_383, 16_384, 16_385, 40_000})
    void floatsAreHashedAsLittleEndianBytes(int count) {
        float[] values = new float[count];
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            values[i] = i + 0.5f;
            bytes.putFloat(values[i]);
        }
        assertThat(Hashes.sha256(values)).isEqualTo(Hashes.sha256(bytes.array()));
    }
}
