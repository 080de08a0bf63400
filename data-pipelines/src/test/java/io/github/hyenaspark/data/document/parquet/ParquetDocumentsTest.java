package io.github.hyenaspark.data.document.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.testing.ParquetFiles;
import io.github.hyenaspark.data.testing.TestSources;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.JulianFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetDocumentsTest {
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType("""
            message rows {
              optional int32 day (DATE);
              optional binary text (STRING);
              required int64 number;
              optional boolean flag;
              optional double weight;
              optional binary old;
              optional int32 price (DECIMAL(9,2));
              optional group meta { optional binary url (STRING); optional int64 hits; }
              repeated binary tags (STRING);
            }""");
    private static final int ROWS = 1000;

    @TempDir
    Path directory;

    private Storage storage;
    private Path path;

    @BeforeEach
    void openStorage() throws IOException {
        storage = Storage.local();
        path = directory.resolve("rows.parquet");
    }

    @ParameterizedTest
    @EnumSource(names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"})
    void rowsAreDocuments(CompressionCodecName codec) throws IOException {
        write(codec, ROWS);
        List<String> expected = IntStream.range(0, ROWS)
                .mapToObj(ParquetDocumentsTest::expected)
                .toList();
        SourceConfig config = config("number", "day", "flag", "weight", "old", "price", "meta.url");

        assertThat(read(file().whole(), config)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 32, 100})
    @Tag("goal-16")
    void howeverAFileIsSlicedEveryRowIsReadOnce(int slices) throws IOException {
        write(CompressionCodecName.SNAPPY, ROWS);
        SourceConfig config = config("number");
        List<String> whole = read(file().whole(), config);
        InputFile file = file();
        var random = new Random(slices);
        long[] cuts = random.longs(slices - 1L, 0, file.bytes() + 1).sorted().toArray();
        List<String> sliced = new ArrayList<>();
        int used = 0;
        for (int i = 0; i < slices; i++) {
            long from = i == 0 ? 0 : cuts[i - 1];
            long to = i == slices - 1 ? file.bytes() : cuts[i];
            List<String> part = read(new Slice(file, from, to), config);
            used += part.isEmpty() ? 0 : 1;
            sliced.addAll(part);
        }

        assertThat(sliced).isEqualTo(whole).hasSize(ROWS).doesNotHaveDuplicates();
        assertThat(used).isGreaterThanOrEqualTo(Math.min(slices, 20) / 2);
    }

    @Test
    void aRowWithoutTextIsRefusedAndTheNextIsRead() throws IOException {
        write(CompressionCodecName.ZSTD, 20);
        try (var reader = ParquetDocuments.open(storage, file().whole(), config("number"))) {
            for (int i = 0; i < 13; i++) {
                assertThat(reader.next()).map(Document::position).contains((long) i);
            }
            assertThatThrownBy(reader::next).isInstanceOfSatisfying(BadDocumentException.class, e -> {
                assertThat(e.offset()).isEqualTo(13);
                assertThat(e.reason()).isEqualTo("the row has no text (null)");
            });
            assertThat(reader.next()).map(Document::position).contains(14L);
        }
    }

    @Test
    void aColumnMayBeTheIdentifierToo() throws IOException {
        write(CompressionCodecName.ZSTD, 3);
        try (var reader = ParquetDocuments.open(storage, file().whole(), config("number", "number"))) {
            Document document = reader.next().orElseThrow();

            assertThat(document.givenId()).contains("0");
            assertThat(document.columns()).hasToString("{number=0}");
            assertThat(document.path()).isEqualTo("rows.parquet");
        }
    }

    /** Spark's own type of times, and the one that it writes if it is told to. */
    @Test
    void timesAreIsoHoweverTheyAreStored() throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType("message rows { required binary text (STRING);"
                + " required int96 old; required int64 modern (TIMESTAMP(MICROS,true)); }");
        try (var writer = ParquetFiles.writer(path, schema, CompressionCodecName.SNAPPY)) {
            for (String time : List.of("2026-11-30T23:52:55.123456Z", "1969-12-31T23:59:59.5Z")) {
                Instant instant = Instant.parse(time);
                ByteBuffer old = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
                LocalDateTime utc = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
                old.putLong(utc.toLocalTime().toNanoOfDay()).putInt((int) utc.getLong(JulianFields.JULIAN_DAY));
                Group row = new SimpleGroup(schema).append("text", "x");
                row.add("old", Binary.fromConstantByteArray(old.array()));
                row.add("modern", ChronoUnit.MICROS.between(Instant.EPOCH, instant));
                writer.write(row);
            }
        }
        assertThat(read(file().whole(), config("", "old", "modern")))
                .containsExactly(
                        "0 - x {modern=2026-11-30T23:52:55.123456+0000, old=2026-11-30T23:52:55.123456+0000}",
                        "1 - x {modern=1969-12-31T23:59:59.500000+0000, old=1969-12-31T23:59:59.500000+0000}");
    }

    @Test
    void aListIsNamedByItsColumn() {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message m { optional group tags (LIST) { repeated group list { optional binary element (UTF8); } } }");
        assertThatThrownBy(() -> ParquetColumn.find(schema, "tags", "columns", "file:/rows.parquet"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.source.columns: file:/rows.parquet has many values per row in column \"tags\","
                        + " expected one");
    }

    @Test
    void missingAndUnfitColumnsAreNamed() throws IOException {
        write(CompressionCodecName.ZSTD, 3);
        refused(
                source("body", "", List.of()),
                "text-field: file:" + path
                        + " has no column \"body\", expected one of [day, text, number, flag, weight,"
                        + " old, price, meta.url, meta.hits]");
        refused(
                source("number", "", List.of()),
                "text-field: file:" + path + " has required int64 number, expected a string or binary column");
        refused(
                source("tags", "", List.of()),
                "text-field: file:" + path + " has many values per row in column \"tags\", expected one");
        refused(
                source("text", "key", List.of()),
                "id-field: file:" + path + " has no column \"key\", expected one of [day, text");
        refused(
                source("text", "", List.of("meta")),
                "columns: file:" + path + " has no column \"meta\", expected one of [day, text");
    }

    @Test
    void aFileThatIsNoParquetOrCutOffIsRefused() throws IOException {
        write(CompressionCodecName.ZSTD, ROWS);
        byte[] bytes = Files.readAllBytes(path);
        for (int length : new int[] {0, 1, 4, 8, 11, 12, bytes.length / 2, bytes.length - 1}) {
            Files.write(path, Arrays.copyOf(bytes, length));
            badFile(length + " bytes");
        }
        Files.writeString(path, "no Parquet at all, but a text ".repeat(10));
        badFile("text");
    }

    @Test
    void aChangedPageIsRefused() throws IOException {
        write(CompressionCodecName.UNCOMPRESSED, ROWS);
        byte[] bytes = Files.readAllBytes(path);
        int at = indexOf(bytes, "text of row 500 ".getBytes(UTF_8));
        bytes[at] ^= 1;
        Files.write(path, bytes);

        badFile("one bit");
    }

    @Test
    void aFileThatHasGrownSinceItWasListedStopsTheRun() throws IOException {
        write(CompressionCodecName.ZSTD, 3);
        InputFile listed = file();
        Files.write(path, new byte[(int) listed.bytes() + 1]);

        assertThatThrownBy(() -> ParquetDocuments.open(storage, listed.whole(), config("")))
                .isInstanceOf(IOException.class)
                .hasMessage("file file:" + path + " has changed since it was listed: listed with " + listed.bytes()
                        + " bytes, found " + (listed.bytes() + 1) + "; run prepare again");
    }

    private void badFile(String what) throws IOException {
        try (var reader = ParquetDocuments.open(storage, file().whole(), config("number"))) {
            assertThatThrownBy(() -> {
                        while (tryNext(reader).isPresent()) {
                            // on to the fault
                        }
                    })
                    .as(what)
                    .isInstanceOf(BadFileException.class)
                    .hasMessageContaining("unreadable Parquet: ");
            assertThat(reader.next()).isEmpty();
        }
    }

    private void refused(SourceConfig config, String message) throws IOException {
        try (var reader = ParquetDocuments.open(storage, file().whole(), config)) {
            assertThatThrownBy(reader::next)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("data.source." + message);
        }
    }

    private List<String> read(Slice slice, SourceConfig config) throws IOException {
        List<String> documents = new ArrayList<>();
        try (var reader = ParquetDocuments.open(storage, slice, config)) {
            while (true) {
                try {
                    Optional<Document> next = reader.next();
                    if (next.isEmpty()) {
                        return documents;
                    }
                    Document document = next.get();
                    String text = new String(document.text().readAllBytes(), UTF_8);
                    documents.add(document.position() + " " + document.givenId().orElse("-") + " " + text + " "
                            + document.columns());
                } catch (BadDocumentException e) {
                    documents.add(e.offset() + " " + e.reason());
                }
            }
        }
    }

    private static Optional<Document> tryNext(DocumentReader reader) throws IOException {
        while (true) {
            try {
                return reader.next();
            } catch (BadDocumentException e) {
                // the next one
            }
        }
    }

    private InputFile file() throws IOException {
        return new InputFile("rows.parquet", "file:" + path, Files.size(path), 0, "");
    }

    private static SourceConfig config(String id, String... columns) {
        return source("text", id, List.of(columns));
    }

    private static SourceConfig source(String text, String id, List<String> columns) {
        return new SourceConfig(
                SourceConfig.SourceFormat.PARQUET,
                List.of(),
                SourceConfig.TextDocuments.FILE,
                "",
                text,
                id,
                columns,
                TestSources.defaultFasta());
    }

    private void write(CompressionCodecName codec, int rows) throws IOException {
        try (var writer = ParquetFiles.writer(path, SCHEMA, codec)) {
            for (int i = 0; i < rows; i++) {
                writer.write(row(i));
            }
        }
    }

    private static Group row(int i) {
        var row = new SimpleGroup(SCHEMA);
        row.add("number", (long) i);
        if (i % 100 != 13) {
            row.add("text", i % 7 == 0 ? "" : "text of row " + i + " \u00FC");
        }
        if (i % 2 == 0) {
            row.add("day", i);
            row.add("flag", i % 4 == 0);
            row.add("weight", i / 4.0);
            row.add("old", Binary.fromString("\u00E4" + i));
            row.add("price", i);
            row.addGroup("meta").append("url", "https://" + i);
        }
        row.add("tags", "a");
        row.add("tags", "b");
        return row;
    }

    private static String expected(int i) {
        if (i % 100 == 13) {
            return i + " the row has no text (null)";
        }
        String text = i % 7 == 0 ? "" : "text of row " + i + " \u00FC";
        String columns = i % 2 != 0
                ? "{}"
                : "{day=" + LocalDate.ofEpochDay(i) + ", flag=" + (i % 4 == 0) + ", meta.url=https://" + i
                        + ", old=\u00E4" + i + ", price=" + BigDecimal.valueOf(i, 2) + ", weight=" + i / 4.0
                        + "}";
        return i + " " + i + " " + text + " " + columns;
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int at = 0; at < bytes.length; at++) {
            if (Arrays.equals(bytes, at, Math.min(at + wanted.length, bytes.length), wanted, 0, wanted.length)) {
                return at;
            }
        }
        throw new IllegalStateException("not there");
    }
}
