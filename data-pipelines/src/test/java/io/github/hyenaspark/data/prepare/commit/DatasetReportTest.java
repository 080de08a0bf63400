package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.UnitTally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetReportTest {
    @Test
    void packingIsOfWhatPlansHaveWithoutDuplicates(@TempDir Path directory) throws IOException {
        var corpus = new TestCorpus(directory)
                .add("a.txt", "x".repeat(1024))
                .add("b.txt", "x".repeat(1024))
                .add("c.txt", "y".repeat(512));
        DatasetSnapshot snapshot = corpus.prepare(corpus.config()).snapshot();
        ObjectNode report = DatasetReport.of(corpus.storage(), corpus.dataset().toString(), snapshot);

        assertThat(report.path("documents").asLong()).isEqualTo(3);
        assertThat(report.path("exact_duplicates").asLong()).isEqualTo(1);
        assertThat(report.path("duplicate_tokens").asLong()).isEqualTo(1025);
        assertThat(report.at("/packing/planned_documents").asLong()).isEqualTo(2);
        assertThat(report.at("/packing/contiguous/1024").asDouble()).isEqualTo(0.75);
    }

    /** In the order of names, so that neither the nights nor a segment decides which. */
    @Test
    void aThousandSourcesAreToldApart(@TempDir Path directory) throws IOException {
        var corpus = new TestCorpus(directory);
        for (int folder = 1; folder < 2 * UnitTally.MOST_NAMES; folder += 2) {
            corpus.add(String.format(Locale.ROOT, "%04d/a.txt", folder), "x");
        }
        DatasetSnapshot first = corpus.prepare(corpus.config()).snapshot();
        assertThat(sources(corpus, first)).hasSize(UnitTally.MOST_NAMES).doesNotContainKey("other sources");
        for (int folder = 0; folder < 2 * UnitTally.MOST_NAMES; folder += 4) {
            corpus.add(String.format(Locale.ROOT, "%04d/a.txt", folder), "y");
        }
        DatasetSnapshot second = corpus.prepare(corpus.config()).snapshot();
        Map<String, Long> sources = sources(corpus, second);

        assertThat(sources)
                .hasSize(UnitTally.MOST_NAMES + 1)
                .containsKeys("0000", "0001", "0003", "1332")
                .doesNotContainKeys("1333", "1335", "1336")
                .containsEntry("other sources", 500L);
        assertThat(sources.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(1500);
    }

    /** Documents by source. */
    private static Map<String, Long> sources(TestCorpus corpus, DatasetSnapshot snapshot) throws IOException {
        Map<String, Long> documents = new TreeMap<>();
        DatasetReport.of(corpus.storage(), corpus.dataset().toString(), snapshot)
                .path("sources")
                .properties()
                .forEach(source -> documents.put(
                        source.getKey(), source.getValue().path("documents").asLong()));
        return documents;
    }
}
