package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.prepare.commit.Expiry;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.OtherApplication;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documents of a snapshot, whatever else there is in the folder of their tables. */
class DocumentsIT {
    @TempDir
    Path temporary;

    /** Bytes of the documents, by file: one of the tables' columns. */
    private static Map<String, Long> documents(Dataset<Row> table) {
        Map<String, Long> bytes = new TreeMap<>();
        for (Row row : table.select("path", "bytes").collectAsList()) {
            assertThat(bytes.put(row.getString(0), row.getLong(1)))
                    .as(row.getString(0))
                    .isNull();
        }
        return bytes;
    }

    private void add(String name, String text) throws IOException {
        Files.writeString(Files.createDirectories(temporary.resolve("input")).resolve(name), text);
    }

    private Map<String, Long> files() throws IOException {
        Map<String, Long> bytes = new TreeMap<>();
        try (Stream<Path> files = Files.list(temporary.resolve("input"))) {
            for (Path file : files.toList()) {
                bytes.put(String.valueOf(file.getFileName()), Files.size(file));
            }
        }
        return bytes;
    }

    private JsonNode prepare() throws IOException {
        return SmallRun.bare(
                        "local[2]",
                        List.of(
                                "prepare",
                                "data.input=" + temporary.resolve("input"),
                                "data.dataset=" + temporary.resolve("dataset"),
                                "data.unit-bytes=1000",
                                "data.validation-fraction=0",
                                "data.on-changed=replace",
                                "data.prune=true"))
                .json();
    }

    @Test
    void theRowsAreTheDocumentsOfTheSnapshot() throws IOException {
        String dataset = temporary.resolve("dataset").toString();
        for (String name : List.of("a", "b", "c", "d")) {
            add(name + ".txt", ("the text of " + name + " ").repeat(40 + name.charAt(0)));
        }
        prepare();
        Map<String, Long> first = files();
        Files.delete(temporary.resolve("input/b.txt"));
        add("c.txt", "another text");
        add("e.txt", "the text of d ".repeat(40 + 'd')); // a duplicate, which stays in the shards
        JsonNode second = prepare();
        Map<String, Long> now = files();

        try (SparkSession session = OtherApplication.session("local[2]")) {
            assertThat(documents(Documents.read(session, dataset)))
                    .isEqualTo(now)
                    .hasSize(second.get("documents").intValue());
            assertThat(second.get("duplicates").intValue()).isEqualTo(1);
            assertThat(documents(Documents.read(session, dataset, 1))).isEqualTo(first);
            String folder = Path.of(dataset, "docs").toString();
            assertThat(session.read().parquet(folder).count())
                    .as("rows of the whole folder")
                    .isGreaterThan(now.size());

            Expiry.run(Storage.local(), dataset, 1, Long.MAX_VALUE);
            assertThat(Vacuum.run(Storage.local(), dataset, Long.MAX_VALUE).files())
                    .isPositive();
            assertThat(documents(Documents.read(session, dataset))).isEqualTo(now);
            assertThatThrownBy(() -> Documents.read(session, dataset, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected the number of a snapshot");
            Path moved = Files.move(Path.of(dataset), temporary.resolve("{all} [1]"));
            assertThat(documents(Documents.read(session, moved.toString())))
                    .as("in a directory whose name looks like a pattern")
                    .isEqualTo(now);
        }
    }
}
