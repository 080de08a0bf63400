package io.github.hyenaspark.jobs.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig.MomentPolicy;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
        assertThat(DistributedAverage.range(parameters, workers, exact(12L * parameters)))
                .isEqualTo(blocks * Codec.BLOCK);
    }

    @Test
    void aTaskHoldsARangeOfAllWorkersAndTheirMean() {
        DistributedAverage.Bytes bytes = exact(12L * 355_000_000);
        long range = 342L * Codec.BLOCK;
        assertThat(DistributedAverage.bytesOfTask(355_000_000, 64, bytes)).isEqualTo(65 * 12 * range);
        assertThat(DistributedAverage.bytesOnDriver(355_000_000, 64, bytes)).isEqualTo(12 * 12 * range);
        assertThat(DistributedAverage.bytesOfTask(1000, 2, exact(12_000)))
                .as("a small model")
                .isEqualTo(3 * 12_000);
    }

    private static DistributedAverage.Bytes exact(long bytes) {
        return new DistributedAverage.Bytes(bytes, bytes);
    }

    /** With int4 a result has about half a byte a parameter, the mean four; with bf16 moments 4.5 and twelve. */
    @ParameterizedTest
    @CsvSource({"LOCAL, 4", "RESET, 4", "AVERAGE, 12"})
    void theMeanIsNotEncoded(MomentPolicy innerState, int each) {
        int parameters = 355_000_000;
        var draft = new TrainConfigDraft();
        draft.codec = Codec.INT4;
        draft.innerState = innerState;
        var bytes = DistributedAverage.Bytes.of(draft.config(), parameters, parameters);
        assertThat(bytes.mean()).isEqualTo((long) each * parameters);
        assertThat(bytes.result()).isLessThan(bytes.mean());
        long range = DistributedAverage.range(parameters, 16, bytes);
        assertThat(each * range).as("bytes of a range of the mean").isCloseTo(6 << 20, withinPercentage(1));
        long onDriver = DistributedAverage.bytesOnDriver(parameters, 16, bytes);
        assertThat(onDriver).isEqualTo(12L * each * range);
        long task = DistributedAverage.bytesOfTask(parameters, 16, bytes);
        assertThat((double) task)
                .isCloseTo(16.0 * bytes.result() / parameters * range + each * range, withinPercentage(0.01));
    }

    @Test
    void averagesOfAnotherContractAreRefused() {
        int ours = HyenaLanguageModel.NUMERIC_CONTRACT;
        DistributedAverage.refuseOtherContracts(6, Set.of(ours));
        assertThatThrownBy(() -> DistributedAverage.refuseOtherContracts(6, new TreeSet<>(List.of(ours, 99))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("round 7: executors averaged by the numeric contracts [" + ours + ", 99], expected " + ours
                        + ", the driver's: give all executors the driver's version of hyena-spark");
    }
}
