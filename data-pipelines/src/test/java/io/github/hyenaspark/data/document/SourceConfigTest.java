package io.github.hyenaspark.data.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.data.document.input.SlicesTest;
import io.github.hyenaspark.data.testing.TestSources;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceConfigTest {
    private static SourceConfig config(String separator, String textField, String idField, String... columns) {
        return new SourceConfig(
                SourceConfig.SourceFormat.AUTO,
                List.of(),
                SourceConfig.TextDocuments.FILE,
                separator,
                textField,
                idField,
                List.of(columns),
                TestSources.defaultFasta());
    }

    @Test
    void theFormatIsThatOfTheSettingsOrOfTheName() {
        SourceConfig auto = TestSources.defaults();
        SourceConfig lines = SlicesTest.text(SourceConfig.TextDocuments.LINE, "");
        SourceConfig jsonl = new SourceConfig(
                SourceConfig.SourceFormat.JSONL,
                List.of(),
                SourceConfig.TextDocuments.FILE,
                "",
                "text",
                "",
                List.of(),
                TestSources.defaultFasta());

        assertThat(FileFormat.of("a/b.TXT", auto))
                .isEqualTo(new FileFormat(SourceConfig.SourceFormat.TEXT, InputFile.Compression.NONE, false));
        assertThat(FileFormat.of("b.md", lines))
                .isEqualTo(new FileFormat(SourceConfig.SourceFormat.TEXT, InputFile.Compression.NONE, true));
        assertThat(FileFormat.of("b.txt.zst", lines))
                .isEqualTo(new FileFormat(SourceConfig.SourceFormat.TEXT, InputFile.Compression.ZSTD, false));
        assertThat(FileFormat.of("b.ndjson", auto))
                .isEqualTo(new FileFormat(SourceConfig.SourceFormat.JSONL, InputFile.Compression.NONE, true));
        assertThat(FileFormat.of("b.json.gz", jsonl))
                .isEqualTo(new FileFormat(SourceConfig.SourceFormat.JSONL, InputFile.Compression.GZIP, false));
        assertThat(FileFormat.of("b.parquet", auto))
                .isEqualTo(new FileFormat(SourceConfig.SourceFormat.PARQUET, InputFile.Compression.NONE, true));
        assertThat(FileFormat.of("b.FNA", auto))
                .isEqualTo(new FileFormat(SourceConfig.SourceFormat.FASTA, InputFile.Compression.NONE, true));
        assertThatThrownBy(() -> FileFormat.of("b.parquet.gz", auto))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("data.input: found Parquet in an archive, b.parquet.gz, expected");
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThatThrownBy(() -> config("a\n", "text", ""))
                .hasMessageStartingWith("data.source.separator: found an end of line in it");
        assertThatThrownBy(() -> config("é".repeat(513), "text", ""))
                .hasMessage("data.source.separator: found 513 characters, expected at most 1024 bytes");
        assertThatThrownBy(() -> config("", "", "")).hasMessageStartingWith("data.source.text-field: found nothing");
        assertThatThrownBy(() -> config("", "t", "t"))
                .hasMessageStartingWith("data.source.text-field: found \"t\", which");
        assertThatThrownBy(() -> config("", "t", "", "t"))
                .hasMessageStartingWith("data.source.text-field: found \"t\", which");
        assertThatThrownBy(() -> config("", "t", "", "a", "a"))
                .hasMessage("data.source.columns: found [a, a], expected different names that are not empty");
        for (String ending : List.of("", ".", "*.md", "a/b")) {
            assertThatThrownBy(() -> new SourceConfig(
                            SourceConfig.SourceFormat.AUTO,
                            List.of(ending),
                            SourceConfig.TextDocuments.FILE,
                            "",
                            "text",
                            "",
                            List.of(),
                            TestSources.defaultFasta()))
                    .hasMessage("data.source.extensions: found [" + ending
                            + "], expected endings of file names, such as [md, py]");
        }
        for (int bases : List.of(0, (1 << 16) + 1)) {
            assertThatThrownBy(() ->
                            new SourceConfig.Fasta(SourceConfig.NRuns.SPLIT, bases, SourceConfig.LowerCase.KEEP, ""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("data.source.fasta.n-run-bases: found " + bases + ", expected 1 to 65536");
        }
    }
}
