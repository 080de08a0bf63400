package io.github.hyenaspark.jobs.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.averaging.Averaging;
import io.github.hyenaspark.train.averaging.EncodedUpdate;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeltaStatisticsTest {
    private static final float[] START = {1, 1, 1};
    private static final TrainConfig TRAIN = new TrainConfigDraft().config();

    private static double cosine(float[]... thetas) {
        List<LocalTrainer.WorkerReport> reports = new ArrayList<>();
        List<EncodedUpdate> frames = new ArrayList<>();
        for (float[] theta : thetas) {
            double norm = RoundMetrics.DeltaStatistics.distance(START, theta);
            var report = new LocalTrainer.WorkerReport(reports.size(), 1, 1, 1, 1, norm);
            reports.add(report);
            var result = new LocalTrainer.RoundResult(report, TrainingState.initial(theta));
            frames.add(EncodedUpdate.pack(TRAIN, TrainingState.initial(START), result, new float[0])
                    .frames());
        }
        Averaging averaging = Averaging.of(TRAIN, 0, reports);
        Averaging.AveragedState averaged = averaging.average(TrainingState.initial(START), frames);
        return RoundMetrics.DeltaStatistics.cosine(averaging, reports, averaging.meanDeltaNorm(START, averaged));
    }

    @Test
    void theDistanceIsEuclids() {
        assertThat(RoundMetrics.DeltaStatistics.distance(START, new float[] {4, 5, 1}))
                .isEqualTo(5);
    }

    @Test
    void theCosineSaysWhetherWorkersWentTheSameWay() {
        assertThat(cosine(new float[] {2, 1, 1}, new float[] {9, 1, 1})).isCloseTo(1, within(1e-6));
        assertThat(cosine(new float[] {2, 1, 1}, new float[] {1, 2, 1})).isCloseTo(0, within(1e-6));
        assertThat(cosine(new float[] {2, 1, 1}, new float[] {0, 1, 1})).isCloseTo(-1, within(1e-6));
    }

    @Test
    void ofManyWorkersItIsTheMeanOverPairsByLength() {
        // the pairs have cosines 0, 0 and 1 and products of lengths 1, 6 and 6
        double cosine = cosine(new float[] {2, 1, 1}, new float[] {1, 2, 1}, new float[] {1, 7, 1});
        assertThat(cosine).isCloseTo(6 / 13.0, within(1e-6));
    }

    @Test
    void fewerThanTwoMovingWorkersHaveNoCosine() {
        assertThat(cosine(new float[] {2, 1, 1})).isNaN();
        assertThat(cosine(new float[] {2, 1, 1}, START)).isNaN();
    }
}
