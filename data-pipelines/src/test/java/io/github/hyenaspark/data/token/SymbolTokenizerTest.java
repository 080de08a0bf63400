package io.github.hyenaspark.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
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

    @Test
    void fingerprintsStay() {
        assertThat(tokenizer.fingerprint())
                .isEqualTo("4f487e0c5b7344368216fb2db06ce15bc478bd8f8d42a30227a58d2c375e522b");
        assertThat(Tokenizer.of("symbols-listops").fingerprint())
                .isEqualTo("0a24edb55544fd84b43d0622de910ad4f0e12326dc3fd51c24f63c12a0ae5a4d");
    }

    @Test
    void listOpsHasItsOwnSymbols() throws IOException {
        Tokenizer listOps = Tokenizer.of("symbols-listops");
        byte[] text = bytes("[SM 0 [MED 9 1 ] [MIN 2 3 ] [MAX 4 5 ] ] => 7");
        int[] ids = {13, 0, 11, 9, 1, 14, 12, 2, 3, 14, 10, 4, 5, 14, 14, 15, 7};
        assertThat(listOps.encode(text)).containsExactly(ids);
        assertThat(streamed(listOps, text)).containsExactly(ids);
        assertThat(listOps.decode(ids)).isEqualTo(text);
        assertThat(listOps.endOfDocument()).isEqualTo(16);
        assertThat(Tokenizer.ofFile("symbols-listops", listOps.file()).fingerprint())
                .isEqualTo(listOps.fingerprint());
        assertThatThrownBy(() -> listOps.encode(bytes("[SM 10 ]")))
                .hasMessage("\"10\" is not one of the 16 symbols: 0 1 2 3 4 5 6 7 8 9 [MAX [MED [MIN [SM ] =>");
    }
}
