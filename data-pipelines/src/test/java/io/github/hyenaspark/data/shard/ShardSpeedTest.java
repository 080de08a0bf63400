package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.testing.TestShards;
import io.github.hyenaspark.testing.CountingFileSystem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal 13 of the data pipelines: what a window of tokens costs. */
class ShardSpeedTest {
    private static final int WINDOW = 1025;

    @TempDir
    Path dataset;

    @Test
    @Tag("goal-13")
    void aWindowIsOneRangeOfTheFile() throws IOException {
        List<ShardEntry> written =
                new TestShards(dataset).write(ShardFormat.of(60_000, 1 << 18), TestShards.documents(60_000));
        Random random = new Random(3);
        for (ShardEntry shard : written) {
            try (ShardReader reader =
                    ShardReader.open(CountingFileSystem.storage(), "counted:" + dataset, shard, TokenType.UINT16)) {
                reader.read(0, 0, new int[1], 0, 1); // opens the file and reads the checksums
                for (int i = 0; i < 100; i++) {
                    int document = random.nextInt(reader.documents());
                    int count = (int) Math.min(WINDOW, reader.tokens(document));
                    long opened = CountingFileSystem.OPENED.get();
                    long ranges = CountingFileSystem.RANGES.get();
                    long streamed = CountingFileSystem.STREAMED_BYTES.get();
                    long from = (long) (random.nextDouble() * (reader.tokens(document) - count));
                    reader.read(document, from, new int[count], 0, count);
                    assertThat(CountingFileSystem.OPENED.get()).isEqualTo(opened);
                    assertThat(CountingFileSystem.STREAMED_BYTES.get()).isEqualTo(streamed);
                    // None if the blocks are those of the window before.
                    assertThat(CountingFileSystem.RANGES.get() - ranges).isBetween(0L, 1L);
                }
            }
        }
        assertThat(CountingFileSystem.RANGES.get()).isGreaterThan(50);
    }

    /** The goals are 20 µs and 500 Mtok/s, which the large shard is held to; the bounds here are looser. */
    @Test
    @Tag("goal-13")
    void windowsComeInMicroseconds() throws IOException {
        measure(4 << 20, 200, 10);
    }

    @Tag("endurance")
    @Test
    @Tag("goal-13")
    void windowsComeInMicrosecondsFromALargeShard() throws IOException {
        measure(60 << 20, 20, 1);
    }

    private void measure(int tokens, int factor, int slack) throws IOException {
        int[] document = new Random(4).ints(tokens, 0, 60_000).toArray();
        var shards = new TestShards(dataset);
        ShardEntry shard = shards.write(ShardFormat.of(60_000, 1 << 28), Collections.singletonList(document))
                .get(0);
        try (ShardReader reader = shards.open(shard, TokenType.UINT16)) {
            double micros = Double.MAX_VALUE;
            double rate = 0;
            for (int repeat = 0; repeat < 5; repeat++) {
                micros = Math.min(micros, randomMicros(reader));
                rate = Math.max(rate, sequentialRate(reader));
            }
            System.out.printf(
                    Locale.ROOT,
                    "shard of %d tokens: random window of %d tokens in %.1f us, sequential %.0f Mtok/s%n",
                    tokens,
                    WINDOW,
                    micros,
                    rate);
            assertThat(micros).isLessThan(factor);
            assertThat(rate).isGreaterThan(500.0 / slack);
        }
    }

    /** Of this thread: other processes of the machine count less than by the clock, and nothing here waits. */
    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static double randomMicros(ShardReader reader) throws IOException {
        int[] window = new int[WINDOW];
        Random random = new Random(5);
        int windows = 2000;
        long begin = processorNanos();
        for (int i = 0; i < windows; i++) {
            reader.read(0, (long) (random.nextDouble() * (reader.tokens(0) - WINDOW)), window, 0, WINDOW);
        }
        return (processorNanos() - begin) / 1e3 / windows;
    }

    private static double sequentialRate(ShardReader reader) throws IOException {
        int[] window = new int[WINDOW];
        long begin = processorNanos();
        for (long from = 0; from < reader.tokens(0); from += WINDOW) {
            reader.read(0, from, window, 0, (int) Math.min(WINDOW, reader.tokens(0) - from));
        }
        return reader.tokens(0) * 1e3 / (processorNanos() - begin);
    }
}
