package io.github.hyenaspark.jobs.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.train.codec.Codec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistributedAverageTest {
    /**
     * Two ranges for each worker, in whole blocks, more if one took more than 6 MiB, or 256 MiB of all workers, at 12
     * bytes a parameter, and none below 64 blocks.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 2, 64",
        "1000000, 2, 245",
        "1000000, 8, 64",
        "1048576, 4, 128",
        "1048577, 4, 129",
        "355000000, 1, 512",
        "355000000, 16, 512",
        "355000000, 64, 342",
        "355000000, 512, 64",
        "2000000000, 16, 512"
    })
    void rangesAreWholeBlocksOfTheCodec(int parameters, int workers, int blocks) {
        assertThat(DistributedAverage.range(parameters, workers, 12L * parameters))
                .isEqualTo(blocks * Codec.BLOCK);
    }

    @Test
    void aTaskHoldsARangeOfAllWorkersAndTheirMean() {
        long bytes = 12L * 355_000_000;
        long range = 342L * Codec.BLOCK;
        assertThat(DistributedAverage.bytesOfTask(355_000_000, 64, bytes)).isEqualTo(65 * 12 * range);
        assertThat(DistributedAverage.bytesOnDriver(355_000_000, 64, bytes)).isEqualTo(12 * 12 * range);
        assertThat(DistributedAverage.bytesOfTask(1000, 2, 12_000))
                .as("a small model")
                .isEqualTo(3 * 12_000);
    }
}
