package io.github.hyenaspark.data.document.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.testing.Readings;
import io.github.hyenaspark.data.testing.TestSources;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents of a gigabyte pass in a few hundred kilobytes, and every format at the speed of a disk. */
@Tag("endurance")
class LongDocumentsTest {
    private static final long GIGABYTE = 1_000_000_000;
    private static final int BLOCK = 1 << 16;
    private static final long FEW_BYTES = 500_000;
    private static final String WORDS = "The quick brown fox jumps over the lazy dog and says: no. ";
    private static final String BASES = "ACGTTGCAACGGTCATTACGATCGGATCCTAGCATCGATTTACGCATCAGGACTACGAGCTNN";

    private static final SourceConfig LINES = SlicesTest.text(SourceConfig.TextDocuments.LINE, "");
    private static final SourceConfig SEPARATED = SlicesTest.text(SourceConfig.TextDocuments.SEPARATOR, "---");
    private static final SourceConfig DEFAULTS = TestSources.defaults();

    @TempDir
    Path directory;

    private Readings readings;

    @BeforeEach
    void open() throws IOException {
        readings = new Readings(directory);
    }

    @Test
    @Tag("goal-4")
    void aLineOfAGigabyteIsOneDocument() throws IOException {
        InputFile file = repeated("a.txt", "", WORDS, "\nlast\n", GIGABYTE);
        check(file, LINES, file.bytes() - 6);
    }

    @Test
    @Tag("goal-4")
    void aFileOfAGigabyteIsOneDocument() throws IOException {
        InputFile file = repeated("a.txt", "", WORDS, "", GIGABYTE);
        check(file, DEFAULTS, file.bytes());
    }

    @Test
    @Tag("goal-4")
    void aTextOfAGigabyteInAJsonLineIsOneDocument() throws IOException {
        InputFile file =
                repeated("a.jsonl", "{\"id\":1,\"text\":\"", WORDS, "\",\"last\":[1]}\n{\"text\":\"last\"}", GIGABYTE);
        check(file, DEFAULTS, file.bytes() - 45);
    }

    @Test
    @Tag("goal-4")
    void aRecordOf250MegabytesIsOneDocument() throws IOException {
        InputFile file = repeated("a.fa", ">chr1\n", BASES + "\n", ">chr2\nACGT\n", GIGABYTE / 4);
        for (SourceConfig.NRuns nRuns : List.of(SourceConfig.NRuns.KEEP, SourceConfig.NRuns.MASK)) {
            SourceConfig config = SlicesTest.fasta(nRuns, 50, SourceConfig.LowerCase.MASK);
            check(file, config, (file.bytes() - 17) / (BASES.length() + 1) * BASES.length());
        }
    }

    @Test
    void aSmallSliceOfALongLineIsNotReadToTheLinesEnd() throws IOException {
        for (String name : List.of("a.txt", "a.jsonl", "a.fa")) {
            InputFile file = repeated(name, "", WORDS, "", GIGABYTE / 10);
            long start = System.nanoTime();
            for (long from = 1_000_000; from < 50_000_000; from += 100_000) {
                Slice slice = new Slice(file, from, from + 100_000);
                assertThat(readings.read(slice, LINES)).isEmpty();
            }
            // 500 slices of 100 kB: to the end of the line it would be 40 GB.
            assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
        }
    }

    /** Two documents; the first has so many bytes, and few are allocated for both. */
    private void check(InputFile file, SourceConfig config, long bytes) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] block = new byte[BLOCK];
        try (DocumentReader reader = readings.open(file.whole(), config)) {
            reader.next().orElseThrow().text().skipNBytes(10_000_000); // until the code is compiled
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        long found;
        Optional<Document> last;
        try (DocumentReader reader = readings.open(file.whole(), config)) {
            found = drain(reader.next().orElseThrow().text(), block);
            last = reader.next();
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(found).isEqualTo(bytes);
        assertThat(last.isPresent())
                .isEqualTo(!config.equals(DEFAULTS) || !file.path().equals("a.txt"));
        assertThat(allocated).isLessThan(FEW_BYTES);
    }

    private static long drain(InputStream text, byte[] block) throws IOException {
        long bytes = 0;
        for (int got = text.read(block); got >= 0; got = text.read(block)) {
            bytes += got;
        }
        return bytes;
    }

    @Test
    void throughputOfEveryFormat() throws IOException {
        long bytes = GIGABYTE / 4;
        String cyrillic = "Съешь же ещё этих мягких французских булок, да выпей чаю. ";
        String line = WORDS.repeat(9);
        measure("file", repeated("a.txt", "", line + "\n", "", bytes), DEFAULTS);
        measure("line, 520 bytes", repeated("a.txt", "", line + "\n", "", bytes), LINES);
        measure("line, 58 bytes", repeated("a.txt", "", WORDS + "\n", "", bytes), LINES);
        measure("separator", repeated("a.txt", "", (line + "\n").repeat(4) + "---\n", "", bytes), SEPARATED);
        measure("jsonl, 2 kB", repeated("a.jsonl", "", json(line.repeat(4)), "", bytes), DEFAULTS);
        measure(
                "jsonl, line ends escaped",
                repeated("a.jsonl", "", json((WORDS + "\\n").repeat(40)), "", bytes),
                DEFAULTS);
        measure("jsonl, Cyrillic", repeated("a.jsonl", "", json(cyrillic.repeat(20)), "", bytes), DEFAULTS);
        measure("jsonl, 58 bytes", repeated("a.jsonl", "", json(WORDS), "", bytes), DEFAULTS);
        InputFile fasta = repeated("a.fa", ">chr1\n", BASES + "\n", "", bytes);
        measure("fasta", fasta, DEFAULTS);
        measure("fasta, masked", fasta, SlicesTest.fasta(SourceConfig.NRuns.MASK, 50, SourceConfig.LowerCase.MASK));
        measure("fasta, split", fasta, SlicesTest.fasta(SourceConfig.NRuns.SPLIT, 50, SourceConfig.LowerCase.KEEP));
        measure(
                "fasta, short records",
                repeated("a.fa", "", ">sp|P1 x\n" + BASES.repeat(5) + "\n", "", bytes),
                DEFAULTS);
    }

    private static String json(String text) {
        return "{\"id\": \"a-1\", \"url\": \"https://example.org/page\", \"text\": \"" + text + "\", \"n\": 17}\n";
    }

    /** The best of three runs: megabytes of the file in a second. */
    private void measure(String what, InputFile file, SourceConfig config) throws IOException {
        byte[] block = new byte[BLOCK];
        long best = Long.MAX_VALUE;
        for (int run = 0; run < 3; run++) {
            long start = System.nanoTime();
            try (DocumentReader reader = readings.open(file.whole(), config)) {
                for (Optional<Document> next = reader.next(); next.isPresent(); next = reader.next()) {
                    drain(next.get().text(), block);
                }
            }
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf(Locale.ROOT, "%s: %.0f MB/s%n", what, file.bytes() * 1e3 / best);
        assertThat(file.bytes() * 1e3 / best).as("MB/s of %s", what).isGreaterThan(50);
    }

    /** A file of about so many bytes. */
    private InputFile repeated(String name, String first, String middle, String last, long bytes) throws IOException {
        Path path = directory.resolve(name);
        byte[] block = middle.repeat(1 + (1 << 16) / middle.length()).getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
            out.write(first.getBytes(StandardCharsets.UTF_8));
            for (long written = 0; written < bytes; written += block.length) {
                out.write(block);
            }
            out.write(last.getBytes(StandardCharsets.UTF_8));
        }
        return new InputFile(name, "file:" + path, Files.size(path), 0, "");
    }
}
