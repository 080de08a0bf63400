package io.github.hyenaspark.jobs.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.jobs.spark.averaging.TrainingMemory;
import io.github.hyenaspark.jobs.spark.worker.AggregationSite;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class MemoryJobTest {
    private static final Settings SMALL = Settings.load(List.of("model.d-model=8", "model.n-layer=1"));

    @Test
    void documentsAreCountedForAnExecutorAndTheDriverHoldsNone() {
        TrainingMemory alone = TrainingMemory.of(
                SMALL.bind("model", ModelConfig.class),
                256,
                SMALL.bind("train", TrainConfig.class),
                AggregationSite.AUTO);
        var vocabulary = new Vocabulary("bytes", "f", 256, 255, -1);
        var snapshot = new DatasetSnapshot.Ref("d", 1, "", vocabulary, 210_000_000, 1_000_000);
        long most = 210_000_000L * 8 + 1_000_000 * 5;

        TrainingMemory all = alone.with(snapshot, new PackingConfig(PackingConfig.Strategy.CONTIGUOUS, 1024));

        assertThat(all.executorHeap()).isEqualTo(alone.executorHeap() + most);
        assertThat(all.driverHeap()).isEqualTo(alone.driverHeap());
        assertThat(all.taskHeap()).isEqualTo(alone.taskHeap());
    }

    @Test
    void aSessionThatEndsRoundsForTheirResultsIsRefused() {
        TrainConfig train = SMALL.bind("train", TrainConfig.class);
        TrainingMemory memory =
                TrainingMemory.of(SMALL.bind("model", ModelConfig.class), 256, train, AggregationSite.DRIVER);
        var session = new SparkConf(false);
        memory.refuseUnlessResultsPass(train, AggregationSite.DRIVER, session);
        session.set("spark.driver.maxResultSize", "0");
        memory.refuseUnlessResultsPass(train, AggregationSite.DRIVER, session);
        session.set("spark.driver.maxResultSize", "1k");
        long bytes = train.workers() * memory.result();
        assertThatThrownBy(() -> memory.refuseUnlessResultsPass(train, AggregationSite.DRIVER, session))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("spark.driver.maxResultSize: found 1024 bytes, expected more than " + bytes);
    }

    @Test
    void theAnswerSaysWhatADocumentTakesWithAndWithoutADataset() throws Exception {
        for (String setting : List.of("data.dataset=", "data.dataset=" + frozen())) {
            ObjectNode needed = needed(setting);
            assertThat(needed.get("bytes_per_document").intValue()).isEqualTo(8);
            assertThat(needed.at("/executor_mib/documents").intValue()).isZero();
        }
        assertThat(needed("data.packing=best-fit").get("bytes_per_document").intValue())
                .isEqualTo(14);
    }

    @Test
    void aDatasetHasItsTokenizer() throws Exception {
        assertThat(needed("data.tokenizer=gpt2").get("vocabulary_size").intValue())
                .isEqualTo(50_257);
        assertThat(needed("data.dataset=" + frozen(), "data.tokenizer=gpt2")
                        .get("vocabulary_size")
                        .intValue())
                .isEqualTo(256);
    }

    @Test
    void aDatasetThatIsNotThereIsRefused() throws Exception {
        assertThatThrownBy(() -> needed("data.dataset=/not/prepared/yet"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.dataset: there is no snapshot in /not/prepared/yet; run prepare first");
        String frozen = frozen();
        assertThatThrownBy(() -> needed("data.dataset=" + frozen, "data.snapshot=9"))
                .hasMessageContaining("data.snapshot: found \"9\"");
    }

    private static String frozen() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(MemoryJobTest.class.getResource("/frozen/0.1"), "frozen")
                        .toURI())
                .resolve("dataset")
                .toString();
    }

    private static ObjectNode needed(String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of("model.d-model=8", "model.n-layer=1"));
        all.addAll(List.of(settings));
        return MemoryJob.needed(Settings.load(all));
    }
}
