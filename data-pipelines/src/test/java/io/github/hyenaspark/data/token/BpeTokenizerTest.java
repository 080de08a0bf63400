package io.github.hyenaspark.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hyenaspark.data.testing.RandomText;
import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTokenizerTest {
    private final Tokenizer gpt2 = Tokenizer.of("gpt2");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int[] streamed(Tokenizer tokenizer, byte[] text) throws IOException {
        var ids = IntStream.builder();
        tokenizer.encode(
                new ByteArrayInputStream(text),
                (block, count) -> Arrays.stream(block, 0, count).forEach(ids));
        return ids.build().toArray();
    }

    @Test
    void gpt2HasTheIdsEverybodyKnows() {
        assertThat(gpt2.encode(bytes("Hello world"))).containsExactly(15496, 995);
        assertThat(gpt2.vocabularySize()).isEqualTo(50257);
        assertThat(gpt2.endOfDocument()).isEqualTo(50256);
        assertThat(gpt2.masked()).isEqualTo(-1);
        assertThat(gpt2.decode(new int[] {15496, 50256, 995})).isEqualTo(bytes("Hello world"));
    }

    @Test
    void everyTextDecodesToItsOwnBytes() {
        RandomText texts = new RandomText(11);
        for (int i = 0; i < 500; i++) {
            byte[] text = bytes(texts.next(60));
            assertThat(gpt2.decode(gpt2.encode(text)))
                    .as("text %d of seed 11", i)
                    .isEqualTo(text);
        }
    }

    @Test
    void theSpellingOfASpecialTokenIsTextAndCounted() throws IOException {
        byte[] text = bytes("a<|endoftext|>b".repeat(20_000) + "<|endoftext|");
        var seen = IntStream.builder();
        long found = gpt2.encode(
                new ByteArrayInputStream(text),
                (ids, count) -> Arrays.stream(ids, 0, count).forEach(seen));
        int[] ids = seen.build().toArray();
        assertThat(found).isEqualTo(20_000);
        assertThat(ids).doesNotContain(50256);
        assertThat(gpt2.decode(ids)).isEqualTo(text);
    }

    @Test
    @Tag("goal-5")
    void theIdsDoNotDependOnHowTheTextIsCut() throws IOException {
        RandomText texts = new RandomText(3);
        var long1 = new StringBuilder();
        while (long1.length() < 400_000) {
            long1.append(texts.next(50));
        }
        byte[] text = bytes(long1.toString());
        int[] whole = gpt2.encode(text);
        assertThat(streamed(gpt2, text)).isEqualTo(whole);
        assertThat(gpt2.decode(whole)).isEqualTo(text);
    }

    @Test
    void bytesThatAreNotUtf8AreNamedWithTheirOffset() {
        byte[] text = bytes("word ".repeat(40_000));
        text[150_001] = (byte) 0xE9;
        var fault = catchThrowableOfType(MalformedTextException.class, () -> streamed(gpt2, text));
        assertThat(fault.offset()).isEqualTo(150_001);
        assertThat(fault.reason()).isEqualTo("byte 0xE9 is not UTF-8 here");
        byte[] cut = Arrays.copyOf(bytes("word €"), 7);
        fault = catchThrowableOfType(MalformedTextException.class, () -> streamed(gpt2, cut));
        assertThat(fault.offset()).isEqualTo(7);
        assertThat(fault.reason()).isEqualTo("the text ends inside a UTF-8 character");
    }

    @Test
    @Tag("goal-4")
    void anUnspacedRunOfMoreThanAMegabyteIsRefusedWhereItBegins() {
        byte[] text = new byte[2_500_000];
        Arrays.fill(text, (byte) 'A');
        for (int i = 10; i < 130_000; i += 10) {
            text[i] = ' ';
        }
        var fault = catchThrowableOfType(MalformedTextException.class, () -> streamed(gpt2, text));
        assertThat(fault.offset()).isEqualTo(129_990);
        assertThat(fault.reason()).startsWith("an unspaced run longer than 1 MB (1048576 bytes)");
        assertThatThrownBy(() -> gpt2.encode(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("an unspaced run longer than 1 MB")
                .hasMessageEndingWith("at byte 129990 of 2500000 of the text");
    }

    @Test
    void fileAndFingerprintBelongTogether() throws IOException {
        Tokenizer again = Tokenizer.ofFile("gpt2", gpt2.file());
        assertThat(again.fingerprint()).isEqualTo(gpt2.fingerprint());
        assertThat(again.file()).isEqualTo(gpt2.file());
        byte[] text = bytes(new RandomText(4).next(2_000));
        assertThat(again.encode(text)).isEqualTo(gpt2.encode(text));
    }

    @Test
    void theFingerprintNeverChanges() {
        // Datasets and checkpoints hold it, whatever Java made them.
        assertThat(gpt2.fingerprint()).isEqualTo("6b5b6cbbc166353439d7d9b55ab5d28798124782802e118b4dac827c2058bcf7");
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        assertThatThrownBy(() -> gpt2.decode(new int[] {50257}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token id 50257 is not in [0, 50257)");
    }

    @Test
    @Tag("endurance")
    @Tag("goal-4")
    void anUnspacedRunOfAMegabyteIsEncodedInAHeapOf512Megabytes(@TempDir Path directory)
            throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        UnspacedRun.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int code = process.waitFor();
        assertThat(code).as(Files.readString(output)).isZero();
    }

    /** Encodes and decodes 1 MiB of nucleotides without a space, in a process of its own. */
    static final class UnspacedRun {
        public static void main(String[] arguments) throws IOException {
            Random random = new Random(8);
            byte[] text = new byte[1 << 20];
            for (int i = 0; i < text.length; i++) {
                text[i] = (byte) "ACGT".charAt(random.nextInt(4));
            }
            Tokenizer gpt2 = Tokenizer.of("gpt2");
            if (!Arrays.equals(gpt2.decode(streamed(gpt2, text)), text)) {
                throw new IllegalStateException("the ids decode to another text");
            }
        }
    }
}
