package io.github.hyenaspark.data.document.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.fasta.FastaDocuments;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.data.document.stream.SliceReader;
import io.github.hyenaspark.data.document.text.JsonLines;
import io.github.hyenaspark.data.document.text.TextFileDocuments;
import io.github.hyenaspark.data.testing.Readings;
import io.github.hyenaspark.data.testing.TestSources;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However a file is sliced, its slices have together what the file has. */
public class SlicesTest {
    private static final SourceConfig DEFAULTS = TestSources.defaults();

    @TempDir
    Path directory;

    private Readings readings;

    @BeforeEach
    void open() throws IOException {
        readings = new Readings(directory);
    }

    public static SourceConfig text(SourceConfig.TextDocuments documents, String separator) {
        return new SourceConfig(
                SourceConfig.SourceFormat.AUTO,
                List.of(),
                documents,
                separator,
                "text",
                "",
                List.of(),
                TestSources.defaultFasta());
    }

    @Test
    void linesAreInExactlyOneSlice() throws IOException {
        SourceConfig config = text(SourceConfig.TextDocuments.LINE, "");
        for (String content : contents("ab\n\n\r", 60)) {
            check("lines.txt", content, config, oracleOfLines(content));
        }
    }

    @Test
    void separatedDocumentsAreInExactlyOneSlice() throws IOException {
        for (String separator : List.of("-", "--", "", "---")) {
            SourceConfig config = text(SourceConfig.TextDocuments.SEPARATOR, separator);
            for (String content : contents("a-\n\n\r", 40)) {
                check("separated.txt", content, config, oracleOfSeparated(content, separator));
            }
            String lines = "\n--\na\r\n--\r\n\r\n--\nb\nc\n---\n--\r\r\n-\n--\n\n--\n";
            check("separated.txt", lines, config, oracleOfSeparated(lines, separator));
        }
    }

    @Test
    @Tag("goal-16")
    void jsonLinesAreInExactlyOneSlice() throws IOException {
        String content =
                "\r\n{\"text\":\"a\"}\n  \n \t{ \"text\" : \"\\n{\" } \r\nbad\n{\"x\":1}\n{\"text\":\"b\nc\"}\n\n"
                        + "{\"text\":\"\"}{\n{\"text\":\"last\"}";
        List<String> whole = readings.read("a.jsonl", content, DEFAULTS);

        assertThat(whole).hasSize(8).filteredOn(line -> line.startsWith("bad@")).hasSize(5);
        check("a.jsonl", content, DEFAULTS, whole);
        check("a.jsonl", content + "\n", DEFAULTS, whole);
    }

    @Test
    void fastaRecordsAreInExactlyOneSlice() throws IOException {
        for (SourceConfig.NRuns nRuns : SourceConfig.NRuns.values()) {
            SourceConfig config = fasta(nRuns, 2, SourceConfig.LowerCase.KEEP);
            for (String content : contents(">AN\n\n\r", 20)) {
                check("a.fa", content, config, readings.read("a.fa", content, config));
            }
            String content = "\n>one a\nACGT\nNN\n\nNACG\r\n>two\r\n\r\nNNNA>\nC\n>\n>three\nAC!\nA\n>four\nac\n\n";
            check("a.fa", content, config, readings.read("a.fa", content, config));
        }
    }

    public static SourceConfig fasta(SourceConfig.NRuns nRuns, int bases, SourceConfig.LowerCase lowerCase) {
        return TestSources.defaults().withFasta(new SourceConfig.Fasta(nRuns, bases, lowerCase, ""));
    }

    @Test
    void whatCannotBeSplitIsRefusedInParts() throws IOException {
        for (String name : List.of("a.txt", "a.jsonl.gz", "a.fa.zst")) {
            InputFile file = readings.file(name, "ab");
            assertThat(FileFormat.of(name, DEFAULTS).splittable()).isFalse();
            assertThatThrownBy(() -> readings.open(new Slice(file, 0, 1), DEFAULTS))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("file " + file.uri() + " is read whole, found the slice [0, 1) of 2 bytes");
        }
        InputFile file = readings.file("a.txt", "ab");
        assertThatThrownBy(() -> new Slice(file, 1, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slice [1, 3) is not in " + file.uri() + " of 2 bytes");
    }

    /** Every single cut, slices of one byte, and reads of single bytes. */
    private void check(String name, String content, SourceConfig config, List<String> expected) throws IOException {
        InputFile file = readings.file(name, content);
        assertThat(readings.read(file.whole(), config)).as("%s", file).isEqualTo(expected);
        int bytes = Math.toIntExact(file.bytes());
        List<String> single = new ArrayList<>();
        for (int cut = 0; cut <= bytes; cut++) {
            List<String> both = new ArrayList<>(readings.read(new Slice(file, 0, cut), config));
            both.addAll(readings.read(new Slice(file, cut, bytes), config));
            assertThat(both).as("cut at %d of %s", cut, quoted(content)).isEqualTo(expected);
            single.addAll(readings.read(new Slice(file, cut, Math.min(cut + 1, bytes)), config));
        }
        assertThat(single).as("slices of a byte of %s", quoted(content)).isEqualTo(expected);
        for (int block = 1; block <= 5; block++) {
            SliceReader section = Readings.trickle(content.getBytes(StandardCharsets.UTF_8), block);
            DocumentReader reader = switch (FileFormat.of(name, config).format()) {
                case JSONL -> new JsonLines(section, config);
                case FASTA -> FastaDocuments.of(Storage.local(), section, config);
                default -> TextFileDocuments.of(section, config);
            };
            assertThat(Readings.readAll(reader, block))
                    .as("trickling %s", quoted(content))
                    .isEqualTo(expected);
        }
    }

    private static String quoted(String content) {
        return content.replace("\r", "\\r").replace("\n", "\\n");
    }

    /** All short ones and some longer ones. */
    private static List<String> contents(String alphabet, int longer) {
        List<String> contents =
                new ArrayList<>(List.of("", "\n", "\r", "\r\n", "\n\n", "a", "a\n", "a\r\n", "a\r", "\ra"));
        Random random = new Random(alphabet.hashCode());
        for (int i = 0; i < longer; i++) {
            StringBuilder content = new StringBuilder();
            int length = 1 + random.nextInt(30);
            for (int j = 0; j < length; j++) {
                content.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            contents.add(content.toString());
        }
        return contents;
    }

    private record LineAt(int start, String text, String end) {}

    /** Lines with their places; a lone carriage return at the end of the file ends a line too. */
    private static List<LineAt> lines(String content) {
        List<LineAt> lines = new ArrayList<>();
        int start = 0;
        while (start < content.length()) {
            int feed = content.indexOf('\n', start);
            String line = feed < 0 ? content.substring(start) : content.substring(start, feed);
            String text = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            int next = feed < 0 ? content.length() : feed + 1;
            lines.add(new LineAt(start, text, content.substring(start + text.length(), next)));
            start = next;
        }
        return lines;
    }

    private static List<String> oracleOfLines(String content) {
        return lines(content).stream()
                .filter(line -> !line.text().isEmpty())
                .map(line -> line.start() + ":" + line.text())
                .toList();
    }

    private static List<String> oracleOfSeparated(String content, String separator) {
        List<String> documents = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        String end = "";
        int start = -1;
        List<LineAt> lines = new ArrayList<>(lines(content));
        lines.add(new LineAt(content.length(), separator, ""));
        for (LineAt line : lines) {
            if (line.text().equals(separator)) {
                if (text.length() > 0) {
                    documents.add(start + ":" + text);
                }
                start = -1;
                text.setLength(0);
                end = "";
            } else {
                start = start < 0 ? line.start() : start;
                text.append(end).append(line.text());
                end = line.end();
            }
        }
        return documents;
    }
}
