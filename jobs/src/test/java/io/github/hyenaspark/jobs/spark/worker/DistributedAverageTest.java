package io.github.hyenaspark.jobs.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.train.codec.Codec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistributedAverageTest {
    /** Two ranges for each worker, in whole blocks, and none below 64 blocks. */
    @ParameterizedTest
    @CsvSource({
        "1, 2, 64",
        "1000000, 2, 245",
        "1000000, 8, 64",
        "1048576, 4, 128",
        "1048577, 4, 129",
        "2000000000, 16, 61036"
    })
    void rangesAreWholeBlocksOfTheCodec(int parameters, int workers, int blocks) {
        assertThat(DistributedAverage.range(parameters, workers)).isEqualTo(blocks * Codec.BLOCK);
    }
}
