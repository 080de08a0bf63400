package io.github.hyenaspark.data.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.index.SplitIndex;
import io.github.hyenaspark.data.shard.index.TestIndexes;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An executor that joins a training on 300,000 shards and 200 million documents in an object store: all figures here
 * are a 64th of those, the bytes of a range too, so that the requests are as many.
 */
class JoinTest {
    private static final int SCALE = 64;
    private static final int SHARDS = 300_000 / SCALE;
    private static final int DOCUMENTS = 200_000_000 / SCALE;
    private static final int RANGE_BYTES = (16 << 20) / SCALE;
    private static final int BATCH_SIZE = 8;
    private static final String DATASET = "s3a://join/dataset";

    @ParameterizedTest
    @EnumSource(
            value = PackingConfig.Strategy.class,
            names = {"CONTIGUOUS", "CONCAT"})
    void theFirstStepTakesFewRequestsAndEightBytesADocument(PackingConfig.Strategy strategy) throws IOException {
        Map<String, String> settings = Map.of("fs.s3a.impl", MemoryFileSystem.class.getName());
        Storage storage = Storage.of(settings);
        var configuration = new Configuration();
        settings.forEach(configuration::set);
        var store = (MemoryFileSystem) FileSystem.get(URI.create("s3a://join/"), configuration);
        var vocabulary = new Vocabulary("gpt2", "f", 50_257, 50_256, -1);
        var snapshot = new DatasetSnapshot.Ref(DATASET, 1, "ab".repeat(32), vocabulary, DOCUMENTS, 0);
        var packing = new PackingConfig(strategy, 1024);
        SplitIndex driver = TestIndexes.synthetic(DATASET, SHARDS, DOCUMENTS, vocabulary.size());
        TestIndexes.share(storage, snapshot, driver);
        long[] sequences;
        try (TokenBatches batches = TokenBatches.of(storage, driver, packing, vocabulary)) {
            sequences = new BatchCursor(batches.sequences(), 1, 64, BATCH_SIZE).sequencesOf(1000, 33);
            Set<Integer> shards = new TreeSet<>();
            for (long sequence : sequences) {
                batches.plan().parts(sequence).forEach(part -> shards.add(driver.shardOf(part.document())));
            }
            for (int shard : shards) {
                TestIndexes.writeZeros(storage, DATASET, driver, shard);
            }
        }

        store.forgetCounts();
        SplitIndex index = TestIndexes.open(storage, snapshot, Split.TRAIN, RANGE_BYTES);
        try (TokenBatches batches = TokenBatches.of(storage, index, packing, vocabulary)) {
            Batch batch = batches.batch(sequences);
            assertThat(batch.ids()).hasSize(BATCH_SIZE * 1024);
            long requests = 0;
            for (Operation operation : Operation.values()) {
                requests += store.operations(operation);
            }
            long held = index.heapBytes() + batches.plan().heapBytes();
            System.out.printf(
                    "an executor joins %s: %d requests, %.2f bytes a document%n",
                    strategy.settingName(), requests, (double) held / DOCUMENTS);
            assertThat(requests).isLessThanOrEqualTo(100);
            assertThat(held).isLessThanOrEqualTo(strategy.bytesPerDocument() * (long) DOCUMENTS);
            try (TokenBatches another = batches.forAnotherThread()) {
                store.forgetCounts();
                assertThat(another.batch(sequences).ids()).isEqualTo(batch.ids());
                assertThat(store.asked()).noneMatch(path -> path.endsWith(".index"));
            }
        }
        store.close();
    }
}
