package io.github.hyenaspark.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hyenaspark.data.bytes.Utf8;
import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import io.github.hyenaspark.io.CorruptFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ByteTokenizerTest {
    /** On both sides of every bound of Table 3-7 of the Unicode Standard. */
    private static final int[] EDGES = {
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
        0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
    };

    private final Tokenizer tokenizer = Tokenizer.of("bytes");

    @Test
    void everyByteOfATextIsItsId() throws IOException {
        byte[] text = "a\nß€𝄞\0".getBytes(StandardCharsets.UTF_8);

        int[] expected =
                IntStream.range(0, text.length).map(i -> text[i] & 0xFF).toArray();
        assertThat(tokenizer.encode(text)).isEqualTo(expected);
        assertThat(encoded(new ByteArrayInputStream(text))).isEqualTo(expected);
        assertThat(tokenizer.decode(expected)).isEqualTo(text);
    }

    @Test
    void acceptsJustWhatTheDecoderOfTheJdkAccepts() {
        List<String> differences = new ArrayList<>();
        for (int length = 1; length <= 4; length++) {
            byte[] text = new byte[length];
            int sequences = (int) Math.pow(EDGES.length, length);
            for (int code = 0; code < sequences; code++) {
                for (int i = 0, rest = code; i < length; i++, rest /= EDGES.length) {
                    text[i] = (byte) EDGES[rest % EDGES.length];
                }
                var check = new Utf8.Validator();
                boolean accepted = check.accept(text, 0, length) == length && check.complete();
                if (accepted != isUtf8(text)) {
                    differences.add(Arrays.toString(text));
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void aCharacterMayLieAcrossTwoReads() throws IOException {
        byte[] text = "x€𝄞ß".repeat(7).getBytes(StandardCharsets.UTF_8);

        assertThat(encoded(oneByteAtATime(text))).isEqualTo(tokenizer.encode(text));
    }

    @Test
    void aWrongByteIsNamedWithItsOffset() {
        byte[] text = "abc€def".getBytes(StandardCharsets.UTF_8);
        text[7] = (byte) 0xFF;

        for (InputStream in : List.of(new ByteArrayInputStream(text), oneByteAtATime(text))) {
            var fault = catchThrowableOfType(MalformedTextException.class, () -> encoded(in));
            assertThat(fault.offset()).isEqualTo(7);
            assertThat(fault.reason()).isEqualTo("byte 0xFF is not UTF-8 here");
        }
    }

    @Test
    void ofACharacterThatIsCutOffTheFirstByteIsNamed() {
        for (byte[] text : List.of(
                "caf\u00E9 au lait".getBytes(StandardCharsets.ISO_8859_1),
                new byte[] {'c', 'a', 'f', (byte) 0xE9, (byte) 0xA0, ' '},
                new byte[] {'c', 'a', 'f', (byte) 0xE9, (byte) 0xE9, (byte) 0xA0, (byte) 0xA0})) {
            for (InputStream in : List.of(new ByteArrayInputStream(text), oneByteAtATime(text))) {
                var fault = catchThrowableOfType(MalformedTextException.class, () -> encoded(in));
                assertThat(fault.offset()).isEqualTo(3);
                assertThat(fault.reason()).isEqualTo("byte 0xE9 is not UTF-8 here");
            }
        }
    }

    @Test
    void aTextThatEndsInsideACharacterIsRefusedAtItsEnd() {
        byte[] text = Arrays.copyOf("ab€".getBytes(StandardCharsets.UTF_8), 4);

        var fault = catchThrowableOfType(MalformedTextException.class, () -> encoded(new ByteArrayInputStream(text)));
        assertThat(fault.offset()).isEqualTo(4);
        assertThat(fault.reason()).isEqualTo("the text ends inside a UTF-8 character");
        assertThatThrownBy(() -> tokenizer.encode(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the text ends inside a UTF-8 character, at byte 4 of 4 of the text");
    }

    @Test
    void aWrongByteIsFoundAtEveryPlaceAmongAscii() {
        for (int length = 1; length <= 40; length++) {
            for (int wrong = 0; wrong < length; wrong++) {
                byte[] text = "x".repeat(length).getBytes(StandardCharsets.UTF_8);
                text[wrong] = (byte) 0x80;
                assertThat(new Utf8.Validator().accept(text, 0, length)).isEqualTo(wrong);
            }
        }
    }

    @Test
    void itsFileMakesItAgain() throws IOException {
        assertThat(Tokenizer.ofFile("bytes", tokenizer.file()).fingerprint()).isEqualTo(tokenizer.fingerprint());
        byte[] other = Tokenizer.of("dna").file();
        assertThatThrownBy(() -> Tokenizer.ofFile("bytes", other))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("the file of the tokenizer bytes: expected its description, found other bytes");
    }

    @Test
    void theEndOfADocumentHasNoBytes() {
        assertThat(tokenizer.endOfDocument()).isEqualTo(255);
        assertThat(tokenizer.decode(new int[] {104, 105, 255, 33})).isEqualTo("hi!".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        assertThatThrownBy(() -> tokenizer.decode(new int[] {256}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token id 256 is not in [0, 256)");
        assertThatThrownBy(() -> tokenizer.decode(new int[] {-1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token id -1 is not in [0, 256)");
    }

    @Test
    void anUnknownNameIsRefused() {
        assertThatThrownBy(() -> Tokenizer.of("byte"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.tokenizer: found \"byte\", expected \"bytes\", \"dna\", \"gpt2\", \"symbols-V\", a"
                        + " tokenizer.json or a folder that has one");
    }

    @Test
    void theFingerprintNeverChanges() {
        assertThat(tokenizer.vocabularySize()).isEqualTo(256);
        // Datasets and checkpoints hold it: another value here makes all of them unusable.
        assertThat(tokenizer.fingerprint())
                .isEqualTo("16bc474d327acacfab9fef810c7970f93217016fcc81f4ed4c18145582bf529b");
    }

    private int[] encoded(InputStream in) throws IOException {
        List<Integer> ids = new ArrayList<>();
        tokenizer.encode(in, (block, count) -> IntStream.range(0, count).forEach(i -> ids.add(block[i])));
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Without exceptions, which would take most of the time. */
    private static boolean isUtf8(byte[] text) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        return !decoder.decode(ByteBuffer.wrap(text), CharBuffer.allocate(text.length), true)
                .isError();
    }

    private static InputStream oneByteAtATime(byte[] text) {
        return new ByteArrayInputStream(text) {
            @Override
            public int read(byte[] to, int at, int count) {
                return super.read(to, at, Math.min(1, count));
            }

            @Override
            public int read(byte[] to) {
                return read(to, 0, to.length);
            }
        };
    }
}
