package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.testing.Nights;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault;
import io.github.hyenaspark.testing.StoreFault.Effect;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.net.URI;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thirty nights on a store like S3, whose runs are cut off at random operations. */
class NightsTest {
    private static final Map<String, String> HADOOP = Map.of("fs.s3a.impl", MemoryFileSystem.class.getName());
    private static final int LATEST_FAULT = 150;

    private int killed;

    @ParameterizedTest
    @ValueSource(longs = {1})
    void nothingIsLostAndNothingIsThereTwice(long seed) throws IOException {
        String root = "s3a://" + UUID.randomUUID();
        var configuration = new Configuration();
        HADOOP.forEach(configuration::set);
        try (var store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration)) {
            Storage storage = Storage.of(HADOOP);
            var random = new Random(seed);
            new Nights(storage, root, (uri, millis) -> store.setTimes(new Path(uri), millis, -1), seed)
                    .live(30, 1, spec -> disturbed(store, storage, spec, random));
        }
        assertThat(killed).as("runs that were killed").isGreaterThan(10);
    }

    private SnapshotCommit.Result disturbed(MemoryFileSystem store, Storage storage, DatasetSpec spec, Random random)
            throws IOException {
        for (int attempt = random.nextInt(3); attempt > 0; attempt--) {
            store.inject(new StoreFault(
                    EnumSet.allOf(Operation.class), "", 1 + random.nextInt(LATEST_FAULT), Effect.LASTING));
            try {
                Nights.prepare(storage, spec);
            } catch (IOException e) {
                killed++;
            }
            store.heal();
        }
        return Nights.prepare(storage, spec);
    }
}
