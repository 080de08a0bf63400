package io.github.hyenaspark.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.train.config.TrainConfig.DropoutSeeds;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DropoutSeedsTest {
    @Test
    void noTwoStepsOfAnyWorkersHaveTheSameMasksUnlessToldSo() {
        DropoutSeeds seeds = new TrainConfigDraft().config().dropoutSeeds();
        Set<Long> found = new HashSet<>();
        for (int worker = 0; worker < 64; worker++) {
            for (long step = 0; step < 2_000; step++) {
                assertThat(found.add(seeds.of(1, worker, step)))
                        .as("worker %d, step %d", worker, step)
                        .isTrue();
            }
        }
        assertThat(seeds.of(2, 0, 0)).isNotIn(found);
    }

    @Test
    void runsThatBeganWithTheSumKeepIt() {
        assertThat(DropoutSeeds.SUM.of(7, 3, 100)).isEqualTo(31 * (31 * 7 + 3) + 100);
        assertThat(DropoutSeeds.SUM.of(1, 0, 31)).isEqualTo(DropoutSeeds.SUM.of(1, 1, 0));
    }
}
