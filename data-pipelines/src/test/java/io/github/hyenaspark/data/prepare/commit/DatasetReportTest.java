package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import java.io.IOException;
import java.nio.file.Path;
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
}
