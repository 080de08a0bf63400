package io.github.hyenaspark.jobs.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AggregationSiteTest {
    private static TrainConfig train(int workers, TrainConfig.MomentPolicy innerState, TrainConfig.RoundMode mode) {
        var draft = new TrainConfigDraft();
        draft.workers = workers;
        draft.innerState = innerState;
        draft.mode = mode;
        return draft.config();
    }

    /** 512 MiB are 2^27 parameters of 4 bytes, or a third of that with both moments. */
    @ParameterizedTest
    @CsvSource({
        "2, RESET, 67108864, DRIVER",
        "2, RESET, 67108865, EXECUTORS",
        "2, AVERAGE, 22369621, DRIVER",
        "2, AVERAGE, 22369622, EXECUTORS",
        "16, RESET, 1000, DRIVER",
        "17, RESET, 1000, EXECUTORS"
    })
    void manyOrLargeResultsStayWithTheExecutors(
            int workers, TrainConfig.MomentPolicy innerState, long parameters, AggregationSite expected) {
        TrainConfig train = train(workers, innerState, TrainConfig.RoundMode.SYNC);
        assertThat(AggregationSite.AUTO.of(train, parameters)).isEqualTo(expected);
        assertThat(AggregationSite.DRIVER.of(train, parameters)).isEqualTo(AggregationSite.DRIVER);
        assertThat(AggregationSite.EXECUTORS.of(train, parameters)).isEqualTo(AggregationSite.EXECUTORS);
    }

    @Test
    void aMeanHasFourBytesForAParameterAndForEachMomentThatWorkersShare() {
        for (TrainConfig.MomentPolicy policy : TrainConfig.MomentPolicy.values()) {
            TrainConfig train = train(2, policy, TrainConfig.RoundMode.SYNC);
            boolean shared = policy == TrainConfig.MomentPolicy.AVERAGE;
            assertThat(AggregationSite.meanBytes(train, 1000, 10)).isEqualTo(shared ? 4 * 2010 : 4 * 1000);
        }
    }

    @Test
    void roundsWithADeadlineAreAveragedOnTheDriver() {
        TrainConfig train = train(17, TrainConfig.MomentPolicy.RESET, TrainConfig.RoundMode.DEADLINE);
        assertThat(AggregationSite.AUTO.of(train, 1L << 30)).isEqualTo(AggregationSite.DRIVER);
        assertThatThrownBy(() -> AggregationSite.EXECUTORS.of(train, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("run.merge")
                .hasMessageContaining("train.mode");
    }
}
