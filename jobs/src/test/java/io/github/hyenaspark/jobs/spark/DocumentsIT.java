package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.commit.Expiry;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.jobs.testing.OtherApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    private static Map<String, Long> filesOf(TestCorpus corpus) throws IOException {
        Map<String, Long> bytes = new TreeMap<>();
        TestCorpus.files(corpus.input()).forEach((name, content) -> bytes.put(name, (long) content.length()));
        return bytes;
    }

    @Test
    void theRowsAreTheDocumentsOfTheSnapshot() throws IOException {
        var corpus = new TestCorpus(temporary);
        String dataset = corpus.dataset().toString();
        for (String name : List.of("a", "b", "c", "d")) {
            corpus.add(name + ".txt", ("the text of " + name + " ").repeat(40 + name.charAt(0)));
        }
        DataConfig config = corpus.settings("data.on-changed=replace", "data.prune=true");
        corpus.prepare(config);
        Map<String, Long> first = filesOf(corpus);
        Files.delete(corpus.input().resolve("b.txt"));
        corpus.add("c.txt", "another text");
        corpus.add("e.txt", ("the text of d ").repeat(40 + 'd')); // a duplicate, which stays in the shards
        DatasetSnapshot second = corpus.prepare(config).snapshot();
        Map<String, Long> now = filesOf(corpus);

        try (SparkSession session = OtherApplication.session("local[2]")) {
            assertThat(documents(Documents.read(session, dataset)))
                    .isEqualTo(now)
                    .hasSize((int) second.counts().documents());
            assertThat(second.counts().duplicates()).isEqualTo(1);
            assertThat(documents(Documents.read(session, dataset, 1))).isEqualTo(first);
            String folder = corpus.dataset().resolve("docs").toString();
            assertThat(session.read().parquet(folder).count())
                    .as("rows of the whole folder")
                    .isGreaterThan(now.size());

            Expiry.run(corpus.storage(), dataset, 1, Long.MAX_VALUE);
            assertThat(Vacuum.run(corpus.storage(), dataset, Long.MAX_VALUE).files())
                    .isPositive();
            assertThat(documents(Documents.read(session, dataset))).isEqualTo(now);
            assertThatThrownBy(() -> Documents.read(session, dataset, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected the number of a snapshot");
            Path moved = Files.move(corpus.dataset(), temporary.resolve("{all} [1]"));
            assertThat(documents(Documents.read(session, moved.toString())))
                    .as("in a directory whose name looks like a pattern")
                    .isEqualTo(now);
        }
    }
}
