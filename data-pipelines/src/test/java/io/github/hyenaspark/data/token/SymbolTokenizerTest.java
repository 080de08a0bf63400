package io.github.hyenaspark.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.CorruptFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SymbolTokenizerTest {
    private final Tokenizer tokenizer = Tokenizer.of("symbols-30");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int[] streamed(Tokenizer tokenizer, byte[] text) throws IOException {
        var ids = IntStream.builder();
        tokenizer.encode(
                new ByteArrayInputStream(text),
                (found, count) -> Arrays.stream(found, 0, count).forEach(ids::add));
        return ids.build().toArray();
    }

    @Test
    void idsAreThoseOfTheSymbolsInTheOrderOfStrings() {
        // 0 1 10 11 ... 19 2 20 ... 27 3 ... 9
        assertThat(tokenizer.encode(bytes(". 0 1 10 19 2 20 27 3 9 =>")))
                .containsExactly(0, 1, 2, 3, 12, 13, 14, 21, 22, 28, 29);
        assertThat(tokenizer.endOfDocument()).isEqualTo(30);
        assertThat(tokenizer.vocabularySize()).isEqualTo(31);
    }

    @Test
    void aLongTextIsReadInBlocksAndDecodesToItself() throws IOException {
        Random random = new Random(3);
        String text = random.ints(100_000, 0, 28).mapToObj(Integer::toString).collect(Collectors.joining(" "));
        int[] ids = streamed(tokenizer, bytes(text));
        assertThat(ids).hasSize(100_000).containsExactly(tokenizer.encode(bytes(text)));
        assertThat(tokenizer.decode(ids)).isEqualTo(bytes(text));
        assertThat(tokenizer.decode(new int[] {29, 30})).isEqualTo(bytes("=>"));
    }

    @Test
    void whatIsNoSymbolIsRefusedWithItsPlace() {
        String refusal = "\"28\" is not one of the 30 symbols: the numbers 0 to 27, . and =>";
        assertThatThrownBy(() -> tokenizer.encode(bytes("3 28 =>"))).hasMessage(refusal);
        assertThatThrownBy(() -> streamed(tokenizer, bytes("3 28 =>")))
                .isInstanceOfSatisfying(
                        MalformedTextException.class,
                        e -> assertThat(e.offset()).isEqualTo(2))
                .hasMessageContaining(refusal);
    }

    @Test
    void itsFileSaysWhichOneItIs() throws CorruptFileException {
        assertThat(Tokenizer.ofFile("symbols-30", tokenizer.file()).fingerprint())
                .isEqualTo(tokenizer.fingerprint());
        assertThatThrownBy(() -> Tokenizer.ofFile("symbols-31", tokenizer.file()))
                .isInstanceOf(CorruptFileException.class);
        assertThatThrownBy(() -> Tokenizer.of("symbols-3")).hasMessageContaining("expected from 4 to 65536");
    }
}
