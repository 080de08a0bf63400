package io.github.hyenaspark.data.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hyenaspark.data.testing.RandomText;
import io.github.hyenaspark.data.token.BpeTokenizer.SpecialTokenScanner;
import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextPiecesTest {
    private static List<String> words(SplitPattern pattern, String text) {
        List<String> words = new ArrayList<>();
        for (Matcher matcher = pattern.compile().matcher(text); matcher.find(); ) {
            words.add(matcher.group());
        }
        return words;
    }

    /** U+0870 and U+31350 are letters since Unicode 14 and 15; Java 21 knows them, Java 17 does not. */
    @Test
    void aNewerJavaSplitsIntoTheSameWords() {
        String text = "ab\u0870cd 12\uD884\uDF5034 \u4E00\u9FFC\u9FFD";
        assertThat(words(SplitPattern.GPT2, text))
                .containsExactly("ab", "\u0870", "cd", " 12", "\uD884\uDF50", "34", " \u4E00\u9FFC", "\u9FFD");
        assertThat(words(SplitPattern.LLAMA3, text))
                .containsExactly("ab", "\u0870cd", " ", "12", "\uD884\uDF50", "34", " \u4E00\u9FFC", "\u9FFD");
        assertThat(words(SplitPattern.QWEN2, text))
                .containsExactly("ab", "\u0870cd", " ", "1", "2", "\uD884\uDF50", "3", "4", " \u4E00\u9FFC", "\u9FFD");
    }

    @Test
    void theListOfUnassignedCharactersIsThatOfJava17() {
        boolean java17 = Runtime.version().feature() == 17;
        for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
            boolean unassigned = Character.getType(character) == Character.UNASSIGNED;
            if (java17
                    ? unassigned != UnicodeClasses.isUnassigned(character)
                    : unassigned && !UnicodeClasses.isUnassigned(character)) {
                throw new AssertionError("U+%04X".formatted(character));
            }
        }
    }

    /** Every place at which a cut is allowed, in many texts that are made of what could be wrong about one. */
    @ParameterizedTest
    @EnumSource
    @Tag("goal-5")
    void aCutChangesNoWord(SplitPattern pattern) {
        RandomText texts = new RandomText(21);
        int cuts = 0;
        for (int i = 0; i < 2_000; i++) {
            String text = texts.next(12);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            List<String> whole = words(pattern, text);
            for (int at = 1; at < bytes.length; at++) {
                if (pattern.cutsBefore(bytes, at, bytes.length)) {
                    List<String> parts = words(pattern, new String(bytes, 0, at, StandardCharsets.UTF_8));
                    parts.addAll(words(pattern, new String(bytes, at, bytes.length - at, StandardCharsets.UTF_8)));
                    assertThat(parts)
                            .as("text %d of seed 21, cut at %d: %s", i, at, text)
                            .isEqualTo(whole);
                    cuts++;
                }
            }
        }
        assertThat(cuts).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @EnumSource
    void thePiecesAreTheText(SplitPattern pattern) throws IOException {
        RandomText texts = new RandomText(22);
        var text = new StringBuilder();
        while (text.length() < 300_000) {
            text.append(texts.next(100));
        }
        var pieces =
                new TextPieces(new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)), pattern);
        var joined = new StringBuilder();
        int count = 0;
        while (pieces.next()) {
            joined.append(pieces.text());
            count++;
        }
        assertThat(joined.toString()).isEqualTo(text.toString());
        assertThat(count).isGreaterThan(3);
    }

    @Test
    void anEmptyTextHasNoPiece() throws IOException {
        assertThat(new TextPieces(new ByteArrayInputStream(new byte[0]), SplitPattern.GPT2).next())
                .isFalse();
    }

    @Test
    void aRunMayBeAMegabyteLongButNotAByteLonger() throws IOException {
        for (int before : new int[] {0, 1, 1_000, 65_535, 65_536, 200_000}) {
            for (int more = -5; more <= 5; more++) {
                for (int after : new int[] {0, 1, 5, 70_000}) {
                    assertRun(before, TextPieces.LONGEST_RUN + more, after);
                }
            }
        }
    }

    /** A text of spaced letters, then a run, then letters again; a cut belongs to the run that it begins. */
    private static void assertRun(int before, int run, int after) throws IOException {
        byte[] text = new byte[before + run + after];
        Arrays.fill(text, (byte) 'x');
        for (int i = 0; i < text.length; i++) {
            boolean inRun = i >= before && i < before + run;
            if ((!inRun || i == before) && (before + 2 * text.length - i) % 2 == 0) {
                text[i] = ' ';
            }
        }
        if (before > 0) {
            text[before - 1] = 'x';
            text[before] = ' ';
        }
        if (after > 0) {
            text[before + run] = ' ';
        }
        var pieces = new TextPieces(new ByteArrayInputStream(text), SplitPattern.GPT2);
        var fault = catchThrowableOfType(MalformedTextException.class, () -> {
            while (pieces.next()) {}
        });
        String described = "before " + before + ", run " + run + ", after " + after;
        if (run > TextPieces.LONGEST_RUN) {
            assertThat(fault).as(described).isNotNull();
            assertThat(fault.offset()).as(described).isEqualTo(before);
        } else {
            assertThat(fault).as(described).isNull();
        }
    }

    @Test
    void chineseIsCutAfterItsLines() throws IOException {
        byte[] text = "一二三。\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        var pieces = new TextPieces(new ByteArrayInputStream(text), SplitPattern.LLAMA3);
        assertThat(pieces.next()).isTrue();
        assertThat(pieces.length()).isLessThan(text.length);
    }

    @Test
    void spellingsAreCountedAcrossBlocks() {
        var search =
                SpecialTokenScanner.of(List.of("<|a|>", "<|ab|>", "a|>", "aXa")).search();
        for (byte b : "<|a|><|ab|><<|a|aXaXa".getBytes(StandardCharsets.UTF_8)) {
            search.accept(new byte[] {b}, 1);
        }
        assertThat(search.found()).isEqualTo(5); // <|a|>, a|>, <|ab|>, aXa twice
    }
}
