package io.github.hyenaspark.data.document.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.testing.Readings;
import io.github.hyenaspark.data.testing.TestSources;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every format. */
class DocumentReaderTest {
    private static final SourceConfig DEFAULTS = TestSources.defaults();

    @TempDir
    Path directory;

    private Readings readings;

    @BeforeEach
    void open() throws IOException {
        readings = new Readings(directory);
    }

    private record Format(String name, String content, SourceConfig config) {}

    /** Two documents each, the first of them {@code AB}. */
    private static final List<Format> FORMATS = List.of(
            new Format("a.txt", "AB\nC\n", SlicesTest.text(SourceConfig.TextDocuments.LINE, "")),
            new Format("a.txt", "AB\n\nC\n", SlicesTest.text(SourceConfig.TextDocuments.SEPARATOR, "")),
            new Format("a.jsonl", "{\"text\":\"AB\"}\n{\"text\":\"C\"}\n", DEFAULTS),
            new Format("a.fa", ">a\nAB\n>b\nC\n", DEFAULTS));

    @Test
    void aTextFileIsADocumentWithEveryByteOfIt() throws IOException {
        assertThat(readings.read("a.txt", "\ufeffa\r\n\0b\n\n", DEFAULTS)).containsExactly("0:\ufeffa\r\n\0b\n\n");
        assertThat(readings.read("a.txt", "", DEFAULTS)).containsExactly("0:");
        byte[] bytes = {(byte) 0xFF, 0, '\r', '\n', (byte) 0xC0};
        try (DocumentReader reader = readings.open(readings.file("a.txt", bytes).whole(), DEFAULTS)) {
            assertThat(reader.next().orElseThrow().text().readAllBytes()).isEqualTo(bytes);
            assertThat(reader.next()).isEmpty();
        }
    }

    @Test
    void aTextThatWasNotReadIsSkipped() throws IOException {
        for (Format format : FORMATS) {
            try (DocumentReader reader = reader(format)) {
                Document first = reader.next().orElseThrow();
                assertThat(first.text().read()).isEqualTo('A');
                Document second = reader.next().orElseThrow();
                assertThatThrownBy(() -> first.text().read())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("its reader has moved to the next one");
                assertThat(Readings.describe(second, 10)).endsWith(":C");
                assertThat(reader.next()).isEmpty();
                assertThat(reader.next()).isEmpty();
            }
        }
    }

    @Test
    void factsAreKnownOnlyAfterTheText() throws IOException {
        for (Format format : FORMATS) {
            try (DocumentReader reader = reader(format)) {
                Document document = reader.next().orElseThrow();
                try (InputStream text = document.text()) {
                    assertThat(text.read(new byte[0])).isZero();
                    assertThat(text.readAllBytes())
                            .asString(StandardCharsets.UTF_8)
                            .isEqualTo("AB");
                    assertThat(text.read()).isEqualTo(-1);
                }
                assertThat(document.text()).isSameAs(document.text());
                assertThat(document.path()).isEqualTo(format.name());
                assertThat(document.givenId()).isEmpty();
                assertThat(document.columns()).isEmpty();
                assertThat(document.split()).isEmpty();
            }
        }
    }

    @Test
    void aFileThatHasChangedSinceItWasListedIsRefused() throws IOException {
        for (Format format : FORMATS) {
            InputFile file = readings.file(format.name(), format.content());
            for (String changed :
                    List.of(format.content() + "\n", format.content().substring(1))) {
                Files.writeString(directory.resolve(format.name()), changed);
                assertThatThrownBy(() -> readings.read(file.whole(), format.config()))
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("file " + file.uri() + " has changed since it was listed: listed with "
                                + file.bytes() + " bytes, found ");
            }
            Files.writeString(directory.resolve(format.name()), "");
            assertThatThrownBy(() -> readings.read(new Slice(file, 4, file.bytes()), format.config()))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("file " + file.uri() + " has changed since it was listed")
                    .as("a damaged file is another mistake")
                    .hasNoCause();
            Files.delete(directory.resolve(format.name()));
            assertThatThrownBy(() -> readings.read(file.whole(), format.config()))
                    .isInstanceOf(FileNotFoundException.class);
        }
    }

    private DocumentReader reader(Format format) throws IOException {
        return readings.open(readings.file(format.name(), format.content()).whole(), format.config());
    }
}
