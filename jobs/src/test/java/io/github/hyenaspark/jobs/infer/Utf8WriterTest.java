package io.github.hyenaspark.jobs.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Utf8WriterTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Continuations.Utf8Writer stream =
            new Continuations.Utf8Writer(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void writeByteByByte(byte[] text) {
        for (byte one : text) {
            stream.write(new byte[] {one});
        }
    }

    @Test
    void aCharacterIsWrittenWithItsLastByte() {
        stream.write(new byte[] {'a', (byte) 0xC3});
        assertThat(written()).isEqualTo("a");
        stream.write(new byte[] {(byte) 0x9F});
        assertThat(written()).isEqualTo("aß");
    }

    @Test
    void textOfAllLengthsSurvivesByteByByte() {
        writeByteByByte("aß€𝄞z".getBytes(StandardCharsets.UTF_8));
        assertThat(written()).isEqualTo("aß€𝄞z");
    }

    @Test
    void whatIsNoTextBecomesTheReplacementCharacter() {
        writeByteByByte(new byte[] {'a', (byte) 0xFF, 'b', (byte) 0xE2, (byte) 0x82, 'c'});
        assertThat(written()).isEqualTo("a\uFFFDb\uFFFDc");
    }

    @Test
    void anUnfinishedCharacterIsReplacedAtTheEnd() {
        writeByteByByte(new byte[] {'a', (byte) 0xE2, (byte) 0x82});
        stream.close();
        assertThat(written()).isEqualTo("a\uFFFD");
    }

    @Test
    void nothingGivesNothing() {
        stream.write(new byte[0]);
        stream.close();
        assertThat(written()).isEmpty();
    }
}
