package io.github.hyenaspark.data.document.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.SlicesTest;
import io.github.hyenaspark.data.testing.Readings;
import io.github.hyenaspark.data.testing.TestSources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveStreamTest {
    private static final SourceConfig LINES = SlicesTest.text(SourceConfig.TextDocuments.LINE, "");
    private static final String FIRST = "{\"text\":\"first\"}\n{\"text\":\"second";
    private static final String SECOND = " half\"}\n{\"text\":\"third\"}\n";

    private static final int WINDOW = 5; // place of its descriptor, behind the magic number and the flags

    @TempDir
    Path directory;

    private Readings readings;

    @BeforeEach
    void open() throws IOException {
        readings = new Readings(directory);
    }

    private static byte[] gzip(String content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] zstd(String content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZstdOutputStreamNoFinalizer(bytes)) {
            out.setChecksum(true);
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private List<String> read(String name, byte[] archive) throws IOException {
        return readings.read(readings.file(name, archive).whole(), TestSources.defaults());
    }

    @Test
    void membersAndFramesAreReadOneAfterTheOther() throws IOException {
        List<String> expected = List.of("0:first", "17:second half", "40:third");

        assertThat(read("a.jsonl.gz", joined(gzip(FIRST), gzip(SECOND)))).isEqualTo(expected);
        assertThat(read("a.jsonl.gz", joined(joined(gzip(FIRST), gzip("")), gzip(SECOND))))
                .isEqualTo(expected);
        assertThat(read("a.jsonl.zst", joined(zstd(FIRST), zstd(SECOND)))).isEqualTo(expected);
        assertThat(read("a.fa.gz", gzip(">a\nAC\nGT\n>b\nA"))).containsExactly("0:ACGT", "9:A");
        assertThat(readings.read(readings.file("a.txt.zst", zstd("a\n\nb")).whole(), LINES))
                .containsExactly("0:a", "3:b");
        assertThat(read("a.txt.gz", gzip("a\n\nb"))).containsExactly("0:a\n\nb");
    }

    /** As {@code zstd --long=31} makes it of a stream: the header says how far back the frame may refer. */
    @Test
    void aFrameWithTheLargestWindowIsRead() throws IOException {
        for (int windowLog : List.of(28, 31)) {
            byte[] archive = zstd(FIRST + SECOND);
            archive[WINDOW] = (byte) ((windowLog - 10) << 3); // RFC 8878, 3.1.1.1.2
            assertThat(read("a.jsonl.zst", archive))
                    .as("a window of 2^%d bytes", windowLog)
                    .containsExactly("0:first", "17:second half", "40:third");
        }
    }

    @Test
    void anArchiveThatIsCutOffIsABadFileWhereverItIsCut() throws IOException {
        checkCuts("a.jsonl.gz", gzip(FIRST + "\"}\n"), gzip(SECOND));
        checkCuts("a.jsonl.zst", zstd(FIRST + "\"}\n"), zstd(SECOND));
    }

    private void checkCuts(String name, byte[] first, byte[] second) throws IOException {
        byte[] archive = joined(first, second);
        for (int length = 0; length < archive.length; length++) {
            List<String> found = read(name, Arrays.copyOf(archive, length));
            if (length == first.length) {
                assertThat(found).containsExactly("0:first", "17:second");
            } else {
                assertThat(found.get(found.size() - 1))
                        .as("%s cut at %d of %d", name, length, archive.length)
                        .startsWith("file:");
            }
        }
    }

    @Test
    void aFlippedBitIsFoundOrChangesNothing() throws IOException {
        for (String name : List.of("a.txt.gz", "a.txt.zst")) {
            String content = "some text, some more text and another text\n".repeat(5);
            byte[] archive = name.endsWith(".gz") ? gzip(content) : zstd(content);
            for (int bit = 0; bit < 8 * archive.length; bit++) {
                byte[] damaged = archive.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                String found = read(name, damaged).get(0);
                assertThat(found).as("bit %d of %s", bit, name).matches("(?s)file:.*|0:\\Q" + content + "\\E");
            }
        }
    }

    @Test
    void bytesBehindAnArchiveAreNoSilentEnd() throws IOException {
        assertThat(read("a.txt.gz", joined(gzip("a"), new byte[] {0})))
                .containsExactly("file:the bytes after a gzip member are not a gzip member");
        assertThat(read("a.txt.zst", joined(zstd("a"), new byte[] {0, 1, 2, 3, 4, 5})))
                .singleElement()
                .asString()
                .startsWith("file:the Zstandard archive is damaged or cut off: ");
        assertThat(read("a.txt.gz", "text".getBytes(StandardCharsets.UTF_8)))
                .containsExactly("file:it is not a gzip archive");
    }

    @Test
    void theFaultSaysWhichFileAndHowMuchCameBeforeIt() throws IOException {
        byte[] archive = gzip("abc");
        InputFile file = readings.file("a.txt.gz", Arrays.copyOf(archive, archive.length - 1));
        try (DocumentReader reader = readings.open(file.whole(), TestSources.defaults())) {
            Document document = reader.next().orElseThrow();
            assertThatThrownBy(() -> document.text().readAllBytes())
                    .isInstanceOfSatisfying(
                            BadFileException.class, e -> assertThat(e.offset()).isEqualTo(3))
                    .hasMessage(file.uri() + ": the gzip archive is cut off in a trailer, after 3 bytes of its content;"
                            + " make or fetch the file again");
            assertThatThrownBy(() -> document.text().read())
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("this document was refused");
        }
    }

    @Test
    void aDamagedArchiveOfLinesFailsAgainAndAgain() throws IOException {
        byte[] archive = gzip("{\"text\":\"a\"}\n{\"text\":\"b");
        InputFile file = readings.file("a.jsonl.gz", Arrays.copyOf(archive, archive.length - 4));
        try (DocumentReader reader = readings.open(file.whole(), TestSources.defaults())) {
            assertThat(Readings.describe(reader.next().orElseThrow(), 9)).isEqualTo("0:a");
            Document second = reader.next().orElseThrow();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(i == 0 ? () -> second.text().readAllBytes() : reader::next)
                        .isInstanceOf(BadFileException.class)
                        .hasMessageContaining("the gzip archive is cut off in a trailer");
            }
        }
    }

    @Test
    void optionalPartsOfAGzipHeaderArePassed() throws IOException {
        byte[] plain = gzip("abc");
        var archive = new ByteArrayOutputStream();
        archive.write(plain, 0, 3);
        archive.write(2 | 4 | 8 | 16);
        archive.write(plain, 4, 6);
        archive.writeBytes(new byte[] {3, 0, 'x', 'y', 'z', 'n', 'a', 'm', 'e', 0, 'c', 0, 1, 2});
        archive.write(plain, 10, plain.length - 10);

        assertThat(read("a.txt.gz", archive.toByteArray())).containsExactly("0:abc");
    }
}
