package io.github.hyenaspark.data.document.fasta;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.SlicesTest;
import io.github.hyenaspark.data.testing.Readings;
import io.github.hyenaspark.data.testing.TestSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FastaDocumentsTest {
    @TempDir
    Path directory;

    private Readings readings;

    @BeforeEach
    void open() throws IOException {
        readings = new Readings(directory);
    }

    private List<String> read(String content, SourceConfig config) throws IOException {
        return readings.read("a.fa", content, config);
    }

    private static SourceConfig withBed(String bed, SourceConfig.NRuns nRuns) {
        return new SourceConfig(
                SourceConfig.SourceFormat.AUTO,
                List.of(),
                SourceConfig.TextDocuments.FILE,
                "",
                "text",
                "id",
                List.of(),
                new SourceConfig.Fasta(nRuns, 2, SourceConfig.LowerCase.KEEP, bed));
    }

    @Test
    void aRecordIsItsLettersWithoutEndsOfLines() throws IOException {
        assertThat(read("\r\n>one\nACGT\r\nacgt\n\nNN-*\n>two\r\n\r\nMKV\r\n", TestSources.defaults()))
                .containsExactly("2:ACGTacgtNN-*", "24:MKV");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstRecord() throws IOException {
        assertThat(read("\uFEFF>one\nACGT\n>two\nMKV\n", TestSources.defaults()))
                .containsExactly("3:ACGT", "13:MKV");
        assertThat(read("\uFEFF\n>one\nA\n", TestSources.defaults())).containsExactly("4:A");
        assertThat(read("\uFEFF", TestSources.defaults())).isEmpty();
    }

    @Test
    void headersGiveIdAndDescription() throws IOException {
        SourceConfig config = new SourceConfig(
                SourceConfig.SourceFormat.FASTA,
                List.of(),
                SourceConfig.TextDocuments.FILE,
                "",
                "text",
                "id",
                List.of("description", "id", "other"),
                TestSources.defaultFasta());

        assertThat(read(">NC_1.1  Some bacterium, é \r\nA\n>\nC\n>x\ty z\nG", config))
                .containsExactly(
                        "0:A|id=NC_1.1|description=Some bacterium, é|id=NC_1.1",
                        "32:C|id=|description=|id=",
                        "36:G|id=x|description=y z|id=x");
        assertThat(read(">x y\nA", TestSources.defaults())).containsExactly("0:A");
    }

    @Test
    void whatIsNoSequenceIsRefusedAndTheNextRecordIsRead() throws IOException {
        assertThat(read(";old\nAC\n>a\n>b\n\n>c\nAC GT\n>d\nA>\n>e\nA\rC\n>f\nA\n>g", TestSources.defaults()))
                .containsExactly(
                        "bad@0:data before the first header line, expected >:;old\nAC",
                        "bad@8:no sequence:>a",
                        "bad@11:no sequence:>b\n",
                        "bad@20:found 0x20 in a sequence, expected letters, * or -:>c\nAC GT",
                        "bad@28:found '>' in a sequence, expected letters, * or -:>d\nA>",
                        "bad@34:found 0x0D in a sequence, expected letters, * or -:>e\nA\rC",
                        "37:A",
                        "bad@42:no sequence:>g");
        assertThat(read("", TestSources.defaults())).isEmpty();
        assertThat(read("\n\r\n", TestSources.defaults())).isEmpty();
    }

    @Test
    void everyByteButLettersIsRefused() throws IOException {
        for (int value = 0; value < 256; value++) {
            for (String before : List.of("", "ACGTACGTACG")) {
                boolean letter = (Character.isLetter(value) && value < 128) || value == '*' || value == '-';
                byte[] content = (">\n" + before + "_" + "ACGTACGTACGT").getBytes(StandardCharsets.UTF_8);
                content[2 + before.length()] = (byte) value;
                if (value != '\n' && !(value == '>' && before.isEmpty())) {
                    assertThat(readings.read(readings.file("a.fa", content).whole(), TestSources.defaults()))
                            .as("byte %d", value)
                            .singleElement()
                            .asString()
                            .startsWith(letter ? "0:" + before + (char) value + "ACGTACGTACGT" : "bad@");
                }
            }
        }
    }

    @Test
    void aHeaderOfTooManyBytesOrNoUtf8IsRefused() throws IOException {
        assertThat(read(
                        ">" + "x".repeat(1 << 16) + "\nA\n>" + "x".repeat((1 << 16) + 1) + "\nA",
                        TestSources.defaults()))
                .hasSize(2)
                .satisfies(found -> assertThat(found.get(0)).isEqualTo("0:A"))
                .satisfies(found -> assertThat(found.get(1))
                        .startsWith("bad@65540:the header line is longer than 65536 bytes:>xxx"));
        byte[] content = {'>', (byte) 0xFF, '\n', 'A', '\n', '>', 'b', '\n', 'C'};
        assertThat(readings.read(readings.file("a.fa", content).whole(), TestSources.defaults()))
                .hasSize(2)
                .satisfies(found -> assertThat(found.get(0)).startsWith("bad@0:the header line is not UTF-8"))
                .satisfies(found -> assertThat(found.get(1)).isEqualTo("5:C"));
    }

    @Test
    void longRunsOfNSplitARecord() throws IOException {
        String content = ">r\nNNNACNNGT\nn\nN\nNANNNNC\nNNN\n>s\nNNNNN\n>t\nNNANN";
        SourceConfig config = SlicesTest.fasta(SourceConfig.NRuns.SPLIT, 3, SourceConfig.LowerCase.KEEP);

        assertThat(read(content, config)).containsExactly("3:ACNNGT", "12:A", "17:C", "38:NNANN");
    }

    @Test
    void longRunsOfNAndLowerCaseAreMasked() throws IOException {
        String content = ">r\nNNNACNNgtn\nNnACaN\n";

        assertThat(read(content, SlicesTest.fasta(SourceConfig.NRuns.MASK, 3, SourceConfig.LowerCase.KEEP)))
                .containsExactly("0:###ACNNgt###ACaN");
        assertThat(read(content, SlicesTest.fasta(SourceConfig.NRuns.KEEP, 3, SourceConfig.LowerCase.MASK)))
                .containsExactly("0:NNNACNN###N#AC#N");
        assertThat(read(content, SlicesTest.fasta(SourceConfig.NRuns.MASK, 3, SourceConfig.LowerCase.MASK)))
                .containsExactly("0:###ACNN#####AC#N");
    }

    @Test
    void runsOfAnyLengthAreFoundAcrossTheEdgesOfTheWindow() throws IOException {
        Random random = new Random(3);
        for (int threshold : List.of(2, 50, 1 << 16)) {
            StringBuilder sequence = new StringBuilder();
            while (sequence.length() < 300_000) {
                sequence.append("ACGT", 0, 1 + random.nextInt(4));
                sequence.append("N".repeat(random.nextInt(3) == 0 ? random.nextInt(2 * threshold + 2) : 0));
            }
            String content = ">r\n" + sequence.toString().replaceAll("(.{1,70})", "$1\n");
            List<String> pieces = new ArrayList<>();
            StringBuilder masked = new StringBuilder();
            int from = 0;
            for (int start = 0, end; start < sequence.length(); start = Math.max(end, start + 1)) {
                end = runEnd(sequence, start);
                if (end - start >= threshold) {
                    piece(pieces, sequence, from, start);
                    masked.append(sequence, from, start).append("#".repeat(end - start));
                    from = end;
                }
            }
            piece(pieces, sequence, from, sequence.length());
            masked.append(sequence, from, sequence.length());

            assertThat(read(
                            content,
                            SlicesTest.fasta(SourceConfig.NRuns.SPLIT, threshold, SourceConfig.LowerCase.KEEP)))
                    .as("split at %d", threshold)
                    .isEqualTo(pieces);
            assertThat(read(content, SlicesTest.fasta(SourceConfig.NRuns.MASK, threshold, SourceConfig.LowerCase.KEEP)))
                    .as("mask at %d", threshold)
                    .containsExactly("0:" + masked);
        }
    }

    private static int runEnd(StringBuilder sequence, int start) {
        int end = start;
        while (end < sequence.length() && sequence.charAt(end) == 'N') {
            end++;
        }
        return end;
    }

    private static void piece(List<String> pieces, StringBuilder sequence, int from, int to) {
        if (from < to) {
            pieces.add(from + ":" + sequence.substring(from, to));
        }
    }

    @Test
    void bedIntervalsAreTheDocumentsWithTheirSplits() throws IOException {
        InputFile bed = readings.file("a.bed", """
                track name=x
                # contig start end split
                r\t6\t10\tvalid
                r\t0\t4\ttrain\tmore
                none\t0\t9\ttrain

                s\t1\t3\ttest\r
                """);
        String content = ">r x\nACGT\nACGTAC\n>other\n!!\n>s\nAC\nGT\n";

        assertThat(read(content, withBed(bed.uri(), SourceConfig.NRuns.KEEP)))
                .containsExactly(
                        "0:ACGT|id=r:0-4|split=train",
                        "6:GTAC|id=r:6-10|split=validation",
                        "28:CG|id=s:1-3|split=test");
    }

    @Test
    void runsOfNSplitIntervalsToo() throws IOException {
        InputFile bed = readings.file("a.bed", "r\t1\t9\ttrain\nr\t9\t12\tvalidation");

        assertThat(read(">r\nANNACGNNTTNN", withBed(bed.uri(), SourceConfig.NRuns.SPLIT)))
                .containsExactly(
                        "3:ACG|id=r:3-6|split=train", "8:T|id=r:8-9|split=train", "9:T|id=r:9-10|split=validation");
    }

    @Test
    void anIntervalBehindTheRecordsEndIsRefused() throws IOException {
        InputFile bed = readings.file(
                "a.bed", "r\t0\t2\ttrain\nr\t2\t5\ttrain\nr\t6\t7\ttrain\ns\t4\t5\ttrain\nt\t0\t1\ttrain");

        assertThat(read(">r\nACGT\n>s\nA\n>t\nA", withBed(bed.uri(), SourceConfig.NRuns.KEEP)))
                .containsExactly(
                        "0:AC|id=r:0-2|split=train",
                        "bad@0:the interval [2, 5) of line 2 of the BED file ends after the record, which has 4 letters"
                                + ":>r\nACGT",
                        "bad@8:the interval [4, 5) of line 4 of the BED file ends after the record, which has 1 letters"
                                + ":>s\nA",
                        "13:A|id=t:0-1|split=train");
    }

    @Test
    void positionsOfAFileAreAllDifferent() throws IOException {
        String content = ">\nANNA\n>\nANNA\n>\nNNANNA\n";
        List<Long> positions = new ArrayList<>();
        SourceConfig config = SlicesTest.fasta(SourceConfig.NRuns.SPLIT, 2, SourceConfig.LowerCase.KEEP);
        try (DocumentReader reader =
                readings.open(readings.file("a.fa", content).whole(), config)) {
            for (var next = reader.next(); next.isPresent(); next = reader.next()) {
                positions.add(next.get().position());
            }
        }

        assertThat(positions).containsExactly(0L, 3L, 7L, 10L, 16L, 19L);
    }
}
