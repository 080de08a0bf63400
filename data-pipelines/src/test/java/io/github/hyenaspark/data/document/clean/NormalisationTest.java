package io.github.hyenaspark.data.document.clean;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.testing.TextSamples;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormalisationTest {
    private static final byte[] EURO = {(byte) 0xE2, (byte) 0x82, (byte) 0xAC};

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 10, 1000, 30_000, 60_000, 100_000})
    void aTextInPiecesIsTheWholeTextsNormalForm(int pieces) throws IOException {
        for (Normalizer.Form form : new Normalizer.Form[] {Normalizer.Form.NFC, Normalizer.Form.NFKC}) {
            for (int seed = 0; seed < (pieces > 1000 ? 2 : 50); seed++) {
                var random = new Random(seed);
                String text = TextSamples.random(random, pieces);
                InputStream in = TextSamples.inPieces(text.getBytes(UTF_8), random);

                assertThat(read(NormalisingInput.Normalisation.valueOf(form.name()), in))
                        .as("seed %d, %s", seed, form)
                        .isEqualTo(Normalizer.normalize(text, form));
            }
        }
    }

    @Test
    void withoutNormalisationATextIsUntouched() throws IOException {
        byte[] bytes = {'a', (byte) 0xFF, (byte) 0xCC, (byte) 0x81, 'b', (byte) 0xE2};

        assertThat(NormalisingInput.Normalisation.NONE
                        .apply(new ByteArrayInputStream(bytes))
                        .readAllBytes())
                .isEqualTo(bytes);
    }

    /** No mark joins a letter before which a text is cut, nor does that letter join what is before it. */
    @Test
    void textsAreCutOnlyBeforeCharactersThatNeverJoinOthers() {
        Set<Integer> composing = new HashSet<>();
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (Character.isDefined(point) && (point < 0xD800 || point > 0xDFFF)) {
                Normalizer.normalize(Character.toString(point), Normalizer.Form.NFD)
                        .codePoints()
                        .skip(1)
                        .forEach(composing::add);
            }
        }
        int letters = 0;
        for (char letter = 0; letter < Character.MIN_SURROGATE; letter++) {
            if (letter < 0x80 || NormalisingInput.isBoundary(letter)) {
                String alone = String.valueOf(letter);
                boolean assigned = Character.isDefined(letter);
                assertThat(assigned && Normalizer.isNormalized(alone, Normalizer.Form.NFKC))
                        .as("U+%04X stays", (int) letter)
                        .isTrue();
                assertThat(composing).doesNotContain((int) letter);
                assertThat(Character.getType(letter)).isNotEqualTo((int) Character.NON_SPACING_MARK);
                // a mark with a class would be moved before another one
                assertThat(Normalizer.normalize("a\u0301\u0323" + letter + "\u0323", Normalizer.Form.NFC))
                        .startsWith(Normalizer.normalize("a\u0301\u0323", Normalizer.Form.NFC))
                        .contains(Normalizer.normalize(letter + "\u0323", Normalizer.Form.NFC));
                letters++;
            }
        }
        assertThat(letters).isGreaterThan(30_000);
    }

    @ParameterizedTest
    @EnumSource(names = {"NFC", "NFKC"})
    void aLongTextWithoutSpacesIsReadInPieces(NormalisingInput.Normalisation form) throws IOException {
        byte[] text = "\u4E2D\u304B\u3099\uAC00\u11A8".repeat(200_000).getBytes(UTF_8);
        String expected = Normalizer.normalize("\u4E2D\u304B\u3099\uAC00\u11A8", Normalizer.Form.valueOf(form.name()));

        assertThat(read(form, new ByteArrayInputStream(text))).isEqualTo(expected.repeat(200_000));
    }

    @Test
    void aRunThatCannotBeCutIsRefused() {
        byte[] text = ("abc" + "\u0F40\u0F0B".repeat(400_000)).getBytes(UTF_8);

        assertThatThrownBy(() -> read(NormalisingInput.Normalisation.NFC, new ByteArrayInputStream(text)))
                .isInstanceOfSatisfying(BadDocumentException.class, e -> {
                    assertThat(e.offset()).isEqualTo(2);
                    assertThat(e.reason()).isEqualTo("1048576 bytes without a character at which the text may be cut");
                    assertThat(e.beginning()).isEqualTo(Arrays.copyOf(text, 256));
                });
        byte[] marks = ("a" + "\u0301\u0323".repeat(3000)).getBytes(UTF_8);
        assertThatThrownBy(() -> read(NormalisingInput.Normalisation.NFC, new ByteArrayInputStream(marks)))
                .isInstanceOf(BadDocumentException.class)
                .hasMessageContaining("more than 4096 marks on one letter");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_533, 65_534, 65_535, 65_536, 200_001})
    void theFirstByteThatIsNoUtf8IsNamed(int before) throws IOException {
        var text = new ByteArrayOutputStream();
        text.write("x".repeat(before).getBytes(UTF_8));
        text.write(EURO, 0, 2);
        byte[] cutOff = text.toByteArray();
        text.write("yz".getBytes(UTF_8));

        assertThatThrownBy(() -> read(NormalisingInput.Normalisation.NFC, new ByteArrayInputStream(text.toByteArray())))
                .isInstanceOfSatisfying(BadDocumentException.class, e -> {
                    assertThat(e.offset()).isEqualTo(before);
                    assertThat(e.reason()).isEqualTo("malformed UTF-8");
                });
        assertThatThrownBy(() -> read(NormalisingInput.Normalisation.NFC, new ByteArrayInputStream(cutOff)))
                .isInstanceOfSatisfying(BadDocumentException.class, e -> {
                    assertThat(e.offset()).isEqualTo(cutOff.length);
                    assertThat(e.reason()).isEqualTo("the text ends inside a character");
                });
    }

    private static String read(NormalisingInput.Normalisation form, InputStream text) throws IOException {
        try (InputStream in = form.apply(text)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
