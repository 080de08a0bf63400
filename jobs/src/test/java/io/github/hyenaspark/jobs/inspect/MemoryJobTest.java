package io.github.hyenaspark.jobs.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.snapshot.SnapshotRef;
import io.github.hyenaspark.jobs.spark.averaging.TrainingMemory;
import io.github.hyenaspark.jobs.spark.worker.AggregationSite;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MemoryJobTest {
    private static final Settings SMALL = Settings.load(List.of("model.d-model=8", "model.n-layer=1"));

    @Test
    void documentsAreCountedOnceForAnExecutorAndOnceForTheDriver() {
        TrainingMemory alone = TrainingMemory.of(
                SMALL.bind("model", ModelConfig.class),
                256,
                SMALL.bind("train", TrainConfig.class),
                AggregationSite.AUTO);
        var vocabulary = new Vocabulary("bytes", "f", 256, 255, -1);
        var snapshot = new SnapshotRef("d", 1, "", vocabulary, 210_000_000, 1_000_000);
        long most = 210_000_000L * 8 + 1_000_000 * 5;

        TrainingMemory all = alone.with(snapshot, new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, 1024));

        assertThat(all.executorHeap()).isEqualTo(alone.executorHeap() + most);
        assertThat(all.driverHeap()).isEqualTo(alone.driverHeap() + most);
        assertThat(all.taskHeap()).isEqualTo(alone.taskHeap());
    }

    @Test
    void theAnswerSaysWhatADocumentTakesWithAndWithoutADataset() throws Exception {
        String frozen = Path.of(Objects.requireNonNull(MemoryJobTest.class.getResource("/frozen/0.1"), "frozen")
                        .toURI())
                .resolve("dataset")
                .toString();
        for (String setting : List.of("data.dataset=", "data.dataset=" + frozen, "data.dataset=/not/prepared/yet")) {
            ObjectNode needed = needed(setting);
            assertThat(needed.get("bytes_per_document").intValue()).isEqualTo(8);
            assertThat(needed.at("/executor_mib/documents").intValue()).isZero();
        }
        assertThat(needed("data.packing=best-fit").get("bytes_per_document").intValue())
                .isEqualTo(14);
    }

    private static ObjectNode needed(String setting) throws IOException {
        return MemoryJob.needed(Settings.load(List.of("model.d-model=8", "model.n-layer=1", setting)));
    }
}
