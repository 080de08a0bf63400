package io.github.hyenaspark.jobs.spark.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.jobs.spark.worker.AggregationSite;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of a model of 201 million parameters: an exact result with both moments has 2.4 GB. */
class TrainingMemoryTest {
    private static TrainingMemory memory(AggregationSite merge, String... settings) {
        List<String> all = new ArrayList<>(
                List.of("model.d-model=2048", "model.n-layer=4", "model.l-max=128", "train.optimizer=adamw"));
        all.addAll(Arrays.asList(settings));
        Settings loaded = Settings.load(all);
        return TrainingMemory.of(
                loaded.bind("model", ModelConfig.class), 256, loaded.bind("train", TrainConfig.class), merge);
    }

    @Test
    void aResultThatSparkCannotSendToTheDriverIsRefused() {
        assertThat(memory(AggregationSite.AUTO).result()).isGreaterThan(2047L << 20);
        String expected = "each of which goes to the driver at once, expected at most 2047 MiB, as much as Spark sends;"
                + " set train.codec=int8, or train.inner-state=reset or local";
        assertThatThrownBy(() -> memory(AggregationSite.DRIVER))
                .hasMessageStartingWith("run.merge: found results of ")
                .hasMessageContaining(expected);
        assertThatThrownBy(() -> memory(AggregationSite.AUTO, "train.mode=deadline", "train.deadline.seconds=60"))
                .hasMessageStartingWith("train.mode: found results of ")
                .hasMessageContaining(expected);
        memory(AggregationSite.DRIVER, "train.codec=int8");
        memory(AggregationSite.DRIVER, "train.inner-state=reset");
    }
}
