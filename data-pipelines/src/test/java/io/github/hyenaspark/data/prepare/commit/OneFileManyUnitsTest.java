package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.data.testing.ParquetFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Tag;
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
