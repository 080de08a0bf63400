package io.github.hyenaspark.data.document.clean;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DocumentFilterTest {
    private static final DocumentFilter ALL = DocumentFilter.of(config(3, 12, 0.5, 0.4, 0.2, 8));

    @Test
    void theFirstPredicateThatRefusesIsNamed() {
        assertThat(rejected("")).contains("min-bytes");
        assertThat(rejected("ab")).contains("min-bytes");
        assertThat(rejected("abc")).isEmpty();
        assertThat(rejected("abcdefg\nabcd")).isEmpty();
        assertThat(rejected("abcdefg\nabcde")).contains("max-bytes");
        assertThat(rejected("abc...")).isEmpty();
        assertThat(rejected("abc....")).contains("min-letter-fraction");
        assertThat(rejected("\u00E9\u00E9..")).isEmpty();
        assertThat(rejected("abc12")).isEmpty();
        assertThat(rejected("abc1234")).contains("min-letter-fraction");
        assertThat(rejected("abcd1234")).contains("max-digit-fraction");
        assertThat(rejected("abcd\u0000")).isEmpty();
        assertThat(rejected("abc\u0000")).contains("max-control-fraction");
        assertThat(rejected("abcdefgh")).isEmpty();
        assertThat(rejected("abcdefghi")).contains("max-line-bytes");
    }

    @Test
    void aFilterThatRefusesNothingIsNotActive() {
        DocumentFilter off = DocumentFilter.of(config(0, 0, 0, 1, 1, 0));

        assertThat(off.isActive()).isFalse();
        assertThat(off.rejected(new DocumentFilter.Statistics())).isEmpty();
        assertThat(ALL.isActive()).isTrue();
        assertThat(DocumentFilter.of(config(0, 0, 0, 1, 1, 1)).isActive()).isTrue();
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        refused(() -> config(-1, 0, 0, 1, 1, 0), "min-bytes: found -1, expected at least 0 bytes");
        refused(
                () -> config(5, 4, 0, 1, 1, 0),
                "max-bytes: found 4, expected at least min-bytes (5), or 0 for no limit");
        refused(
                () -> config(0, -1, 0, 1, 1, 0),
                "max-bytes: found -1, expected at least min-bytes (0), or 0 for no limit");
        refused(() -> config(0, 0, 1.5, 1, 1, 0), "min-letter-fraction: found 1.5, expected a number in [0, 1]");
        refused(() -> config(0, 0, 0, Double.NaN, 1, 0), "max-digit-fraction: found NaN, expected a number in [0, 1]");
        refused(() -> config(0, 0, 0, 1, -0.5, 0), "max-control-fraction: found -0.5, expected a number in [0, 1]");
        refused(
                () -> config(0, 0, 0, 1, 1, -7),
                "max-line-bytes: found -7, expected at least 1 byte, or 0 for no limit");
        refused(
                () -> new CleanConfig(
                        NormalisingInput.Normalisation.NFC,
                        0,
                        0,
                        0,
                        1,
                        1,
                        0,
                        List.of("a", "a"),
                        CleanConfig.Duplicates.KEEP),
                "steps: found [a, a], expected each name once");
    }

    private static void refused(Runnable making, String message) {
        assertThatThrownBy(making::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.clean." + message);
    }

    private static Optional<String> rejected(String text) {
        var statistics = new DocumentFilter.Statistics();
        byte[] bytes = text.getBytes(UTF_8);
        statistics.accept(bytes, 0, bytes.length);
        return ALL.rejected(statistics);
    }

    private static CleanConfig config(
            long minBytes, long maxBytes, double letters, double digits, double controls, long maxLineBytes) {
        return new CleanConfig(
                NormalisingInput.Normalisation.NONE,
                minBytes,
                maxBytes,
                letters,
                digits,
                controls,
                maxLineBytes,
                List.of(),
                CleanConfig.Duplicates.KEEP);
    }
}
