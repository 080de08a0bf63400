package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.data.testing.Nights;
import io.github.hyenaspark.data.testing.ParquetFiles;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.MD5MD5CRC32CastagnoliFileChecksum;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.io.MD5Hash;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that many workers share has the documents of a file that one worker reads: none lost, none twice. */
class OneFileManyUnitsTest {
    private static final int UNITS = 32;
    private static final int DOCUMENTS = 700;
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType(
            "message row { required binary id (STRING); required binary text (STRING); }");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"one.jsonl", "one.parquet"})
    @Tag("goal-16")
    void aFileInThirtyTwoUnitsHasTheDocumentsOfTheWholeFile(String name) throws IOException {
        var corpus = new TestCorpus(directory);
        Path file = corpus.input().resolve(name);
        Files.createDirectories(corpus.input());
        write(file);
        long unitBytes = (Files.size(file) + UNITS - 1) / UNITS;
        List<String> whole = documents(corpus, "whole", 1L << 30, 1);
        List<String> shared = documents(corpus, "shared", unitBytes, UNITS);

        assertThat(whole).hasSize(DOCUMENTS).doesNotHaveDuplicates();
        // in this order too, since units are in the order of their bytes
        assertThat(shared).isEqualTo(whole);
    }

    /** Of a dataset whose other files fit the settings: the night goes on without it. */
    @Test
    void aFileOfAnotherSchemaCountsAsBad() throws IOException {
        var corpus = new TestCorpus(directory);
        Files.createDirectories(corpus.input());
        write(corpus.input().resolve("first.parquet"));
        DataConfig config = corpus.settings("data.max-bad-fraction=1", "data.source.id-field=id");
        corpus.prepare(config);
        MessageType schema =
                MessageTypeParser.parseMessageType("message row { required int64 id; required binary body (STRING); }");
        Path other = corpus.input().resolve("other.parquet");
        try (var writer = ParquetFiles.writer(other, schema, CompressionCodecName.ZSTD)) {
            writer.write(new SimpleGroup(schema).append("id", 1L).append("body", "a text"));
        }
        corpus.add("third.txt", "another text");
        DatasetSnapshot second = corpus.prepare(config).snapshot();

        assertThat(second.documents(Split.TRAIN)).isEqualTo(DOCUMENTS + 1);
        assertThat(corpus.quarantine(second))
                .containsExactly(
                        "other.parquet at 0, byte 0: the file has no column \"text\" (data.source.text-field)");
        assertThat(corpus.plan(config).isUnchanged()).isTrue();
    }

    /** HDFS asks a node for each block of the file. */
    @Test
    void aFileInManyUnitsIsAskedForItsChecksumOnce() throws IOException {
        Storage storage = Storage.of(Map.of("fs.summed.impl", SummedFileSystem.class.getName()));
        var corpus = new TestCorpus(directory);
        corpus.add("one.jsonl", "{\"text\": \"some words\"}\n".repeat(100)).add("small.txt", "a text");
        DatasetSpec spec =
                DatasetSpec.of(storage, corpus.settings("data.input=summed:" + corpus.input(), "data.unit-bytes=200"));
        SummedFileSystem.ASKED.clear();
        DatasetSnapshot snapshot = Nights.prepare(storage, spec).snapshot();
        assertThat(snapshot.totals().units()).isGreaterThan(10);
        assertThat(SummedFileSystem.ASKED).containsExactlyInAnyOrder("one.jsonl", "small.txt");

        Files.setLastModifiedTime(corpus.input().resolve("one.jsonl"), FileTime.fromMillis(0)); // the same content
        InputPlan again = InputPlan.of(storage, spec);
        assertThat(again.isDone()).isTrue();
        assertThat(SummedFileSystem.ASKED).hasSize(3);
    }

    /** Else the checksum of texts that nobody has read would say for ever that nothing has changed. */
    @Test
    void aFileThatIsWrittenAgainBeforeItsChecksumIsTakenIsRefused() throws IOException {
        Storage storage = Storage.of(Map.of("fs.summed.impl", SummedFileSystem.class.getName()));
        var corpus = new TestCorpus(directory).add("rewritten.txt", "a text");
        Files.setLastModifiedTime(corpus.input().resolve("rewritten.txt"), FileTime.fromMillis(0));
        DatasetSpec spec = DatasetSpec.of(storage, corpus.settings("data.input=summed:" + corpus.input()));
        assertThatThrownBy(() -> Nights.prepare(storage, spec))
                .hasStackTraceContaining("rewritten.txt has changed while it was read");
    }

    /** The local disk with checksums, as HDFS has them. */
    static final class SummedFileSystem extends RawLocalFileSystem {
        private static final Queue<String> ASKED = new ConcurrentLinkedQueue<>();

        @Override
        public URI getUri() {
            return URI.create("summed:///");
        }

        @Override
        public String getScheme() {
            return "summed";
        }

        @Override
        public FileChecksum getFileChecksum(org.apache.hadoop.fs.Path file, long length) throws IOException {
            ASKED.add(file.getName());
            if (file.getName().startsWith("rewritten")) {
                Files.writeString(pathToFile(file).toPath(), "A TEXT");
            }
            byte[] content = Files.readAllBytes(pathToFile(file).toPath());
            return new MD5MD5CRC32CastagnoliFileChecksum(0, 0, MD5Hash.digest(content));
        }
    }

    private static List<String> documents(TestCorpus corpus, String dataset, long unitBytes, int units)
            throws IOException {
        Path place = corpus.dataset().resolveSibling(dataset);
        DatasetSnapshot snapshot = corpus.prepare(corpus.settings(
                        "data.dataset=" + place, "data.unit-bytes=" + unitBytes, "data.source.id-field=id"))
                .snapshot();
        assertThat(SnapshotUnits.all(corpus.storage(), place.toString(), snapshot))
                .hasSize(units);
        List<String> documents = new ArrayList<>();
        int used = 0;
        for (UnitEntry unit : SnapshotUnits.all(corpus.storage(), place.toString(), snapshot)) {
            DocumentTable.read(
                    corpus.storage(),
                    place.toString(),
                    unit.object(DocumentTable.FOLDER).orElseThrow(),
                    row -> documents.add(row.id() + " " + row.contentHash() + " " + row.position() + " " + row.tokens()
                            + " " + row.split()));
            used += unit.counts().documents() > 0 ? 1 : 0;
        }
        assertThat(used).isGreaterThanOrEqualTo(Math.min(units, UNITS / 4));
        return documents;
    }

    private static void write(Path file) throws IOException {
        var random = new Random(8);
        List<String> lines = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            // some are longer than a unit
            String text =
                    "text " + random.nextInt(400) + " of some words".repeat(random.nextInt(i % 100 == 0 ? 600 : 9));
            texts.add(text);
            lines.add("{\"id\": \"" + i + "\", \"text\": \"" + text + "\"}");
        }
        if (file.toString().endsWith(".jsonl")) {
            Files.write(file, lines);
            return;
        }
        try (var writer = ParquetFiles.writer(file, SCHEMA, CompressionCodecName.UNCOMPRESSED)) {
            for (int i = 0; i < DOCUMENTS; i++) {
                var row = new SimpleGroup(SCHEMA);
                row.add("id", Integer.toString(i));
                row.add("text", texts.get(i));
                writer.write(row);
            }
        }
    }
}
