package io.github.hyenaspark.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DnaTokenizerTest {
    private final Tokenizer tokenizer = Tokenizer.of("dna");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void nucleotidesHaveTheIdsOfHyenaDna() {
        assertThat(tokenizer.encode(bytes("ACGTN"))).containsExactly(7, 8, 9, 10, 11);
        assertThat(tokenizer.vocabularySize()).isEqualTo(12);
        assertThat(tokenizer.endOfDocument()).isEqualTo(1);
        assertThat(tokenizer.masked()).isEqualTo(3);
    }

    @Test
    void caseIsFoldedAndWhiteSpaceSkipped() {
        assertThat(tokenizer.encode(bytes("ac\r\nGt\t n\f\u000B"))).containsExactly(7, 8, 9, 10, 11);
    }

    @Test
    void maskedBasesAndOtherLettersHaveIdsOfTheirOwn() {
        assertThat(tokenizer.encode(bytes("#RYSWKMBDHVUryx*-")))
                .hasSize(17)
                .startsWith(3)
                .satisfies(ids ->
                        assertThat(Arrays.copyOfRange(ids, 1, ids.length)).containsOnly(6));
    }

    @Test
    void aTextDecodesToItsNormalForm() {
        int[] ids = tokenizer.encode(bytes("acgtn ACGTN\nR#-"));
        assertThat(tokenizer.decode(ids)).isEqualTo(bytes("ACGTNACGTNNNN"));
        assertThat(tokenizer.decode(new int[] {0, 1, 2, 4, 5, 7})).isEqualTo(bytes("A"));
    }

    @Test
    void itsOwnNormalFormDecodesToItself() throws IOException {
        Random random = new Random(5);
        byte[] text = new byte[200_003];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) "ACGTN".charAt(random.nextInt(5));
        }
        var ids = IntStream.builder();
        long found = tokenizer.encode(
                new ByteArrayInputStream(text),
                (block, count) -> Arrays.stream(block, 0, count).forEach(ids));
        assertThat(found).isZero();
        assertThat(tokenizer.decode(ids.build().toArray())).isEqualTo(text);
    }

    @Test
    void everyOtherByteIsRefusedWithItsOffset() {
        for (int b = 0; b < 256; b++) {
            boolean taken = (Character.isLetter(b) && b < 0x80) || "*-# \t\n\u000B\f\r".indexOf(b) >= 0;
            byte[] text = new byte[70_000];
            Arrays.fill(text, (byte) 'A');
            text[69_000] = (byte) b;
            var fault = catchThrowableOfType(
                    MalformedTextException.class,
                    () -> tokenizer.encode(new ByteArrayInputStream(text), (ids, count) -> {}));
            if (taken) {
                assertThat(fault).as("byte " + b).isNull();
            } else {
                assertThat(fault.offset()).as("byte " + b).isEqualTo(69_000);
            }
        }
    }

    @Test
    void aRefusalNamesTheByte() {
        assertThatThrownBy(() -> tokenizer.encode(bytes("AC>x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("byte 0x3E ('>') is not a nucleotide, at byte 2 of 4 of the text");
        assertThatThrownBy(() -> tokenizer.decode(new int[] {12}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token id 12 is not in [0, 12)");
    }

    @Test
    void theFingerprintNeverChanges() throws IOException {
        // Datasets and checkpoints hold it: another value here makes all of them unusable.
        assertThat(tokenizer.fingerprint())
                .isEqualTo("f87f3c3e9b7939e58ce43afa1bc54f443651afffea4eac3d7c4b08f32507cac1");
        assertThat(Tokenizer.ofFile("dna", tokenizer.file()).fingerprint()).isEqualTo(tokenizer.fingerprint());
    }
}
