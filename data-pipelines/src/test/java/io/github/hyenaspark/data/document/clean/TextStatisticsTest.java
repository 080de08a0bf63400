package io.github.hyenaspark.data.document.clean;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.testing.TextSamples;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextStatisticsTest {
    @Test
    void countsAreThoseOfTheCharacters() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            String text = TextSamples.random(random, random.nextInt(200));
            byte[] bytes = text.getBytes(UTF_8);
            var statistics = new DocumentFilter.Statistics();
            TextSamples.showInPieces(bytes, random, statistics::accept);

            assertThat(describe(statistics)).as("seed %d", seed).isEqualTo(expected(text));
        }
    }

    @Test
    void oneByteAtATimeIsCountedToo() {
        var statistics = new DocumentFilter.Statistics();
        byte[] bytes = "a\u00E9".getBytes(UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            statistics.accept(bytes, i, i + 1);
        }
        assertThat(statistics.letters()).isEqualTo(2);
    }

    @Test
    void linesEndAtLineFeedsAndAtTheEnd() {
        assertThat(longest("")).isEqualTo(0);
        assertThat(longest("\n")).isEqualTo(0);
        assertThat(longest("abc")).isEqualTo(3);
        assertThat(longest("a\nabcd\nab")).isEqualTo(4);
        assertThat(longest("a\nab\nabc\u00E9")).isEqualTo(5);
    }

    private static long longest(String text) {
        var statistics = new DocumentFilter.Statistics();
        byte[] bytes = text.getBytes(UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            statistics.accept(bytes, i, i + 1);
        }
        return statistics.longestLineBytes();
    }

    private static String describe(DocumentFilter.Statistics text) {
        return text.bytes() + " bytes, " + text.characters() + " characters, " + text.letters() + " letters, "
                + text.digits() + " digits, " + text.controls() + " controls, longest line "
                + text.longestLineBytes();
    }

    private static String expected(String text) {
        int[] points = text.codePoints().toArray();
        long letters = Arrays.stream(points).filter(Character::isAlphabetic).count();
        long digits = Arrays.stream(points).filter(Character::isDigit).count();
        long controls = Arrays.stream(points)
                .filter(point -> Character.isISOControl(point) && "\t\n\r".indexOf(point) < 0)
                .count();
        String[] lines = text.split("\n", -1);
        int longest = Arrays.stream(lines)
                .mapToInt(line -> line.getBytes(UTF_8).length)
                .max()
                .orElse(0);
        return text.getBytes(UTF_8).length + " bytes, " + points.length + " characters, " + letters + " letters, "
                + digits + " digits, " + controls + " controls, longest line "
                + longest;
    }
}
