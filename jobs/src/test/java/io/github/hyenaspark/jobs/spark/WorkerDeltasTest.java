package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.train.RoundResult;
import io.github.hyenaspark.train.TrainingState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerDeltasTest {
    private static final float[] START = {1, 1, 1};

    private static WorkerDeltas deltas(float[]... thetas) {
        List<RoundResult> results = new ArrayList<>();
        for (float[] theta : thetas) {
            results.add(new RoundResult(results.size(), TrainingState.initial(theta), 1, 1, 1));
        }
        return WorkerDeltas.of(START, results);
    }

    @Test
    void normsAreDistancesFromTheCommonStart() {
        assertThat(deltas(new float[] {4, 5, 1}, new float[] {1, 1, 1}).norms()).containsExactly(5, 0);
    }

    @Test
    void theCosineSaysWhetherWorkersWentTheSameWay() {
        assertThat(deltas(new float[] {2, 1, 1}, new float[] {9, 1, 1}).cosine())
                .isCloseTo(1, within(1e-12));
        assertThat(deltas(new float[] {2, 1, 1}, new float[] {1, 2, 1}).cosine())
                .isCloseTo(0, within(1e-12));
        assertThat(deltas(new float[] {2, 1, 1}, new float[] {0, 1, 1}).cosine())
                .isCloseTo(-1, within(1e-12));
    }

    @Test
    void ofManyWorkersItIsTheMeanOverPairs() {
        // the pairs have cosines 0, 0 and 1
        double cosine = deltas(new float[] {2, 1, 1}, new float[] {1, 2, 1}, new float[] {1, 7, 1})
                .cosine();
        assertThat(cosine).isCloseTo(1 / 3.0, within(1e-12));
    }

    @Test
    void fewerThanTwoMovingWorkersHaveNoCosine() {
        assertThat(deltas(new float[] {2, 1, 1}).cosine()).isNaN();
        assertThat(deltas(new float[] {2, 1, 1}, START).cosine()).isNaN();
    }
}
