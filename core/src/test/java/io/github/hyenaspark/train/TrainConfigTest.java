package io.github.hyenaspark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.operator.ParameterGroup;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainConfigTest {
    /** Good settings, one of which a test spoils. */
    private static final class Draft {
        int workers = 2;
        int localSteps = 10;
        int rounds = 5;
        int batchSize = 4;
        int warmupSteps = 3;
        int threads = 1;
        double lr = 6e-4;
        double minLr = 6e-5;
        double weightDecay = 0.1;
        double clipNorm = 1;
        double filterLr = 3e-4;
        List<Double> betas = List.of(0.9, 0.98);
        String recompute = "none";
        String mode = "sync";
        String innerState = "average";
        String codec = "fp32";

        TrainConfig config() {
            return new TrainConfig(
                    workers,
                    localSteps,
                    rounds,
                    batchSize,
                    1,
                    lr,
                    minLr,
                    warmupSteps,
                    weightDecay,
                    betas,
                    clipNorm,
                    filterLr,
                    threads,
                    recompute,
                    mode,
                    new OuterConfig(1, 0.5),
                    innerState,
                    codec);
        }
    }

    private static void assertRefused(Consumer<Draft> fault, String message) {
        Draft draft = new Draft();
        fault.accept(draft);
        assertThatThrownBy(draft::config)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void stepsCountThroughTheRun() {
        TrainConfig config = new Draft().config();
        assertThat(config.totalSteps()).isEqualTo(50);
        assertThat(config.step(0, 0)).isZero();
        assertThat(config.step(3, 7)).isEqualTo(37);
        assertThat(config.step(1L << 40, 1)).isEqualTo(10 * (1L << 40) + 1);
    }

    @Test
    void onlyTheBaseGroupDecays() {
        TrainConfig config = new Draft().config();
        assertThat(GroupRates.at(config, 50)).containsOnlyKeys(ParameterGroup.values());
        for (ParameterGroup group : ParameterGroup.values()) {
            WarmupCosine schedule = new WarmupCosine(6e-5, 3, 50);
            GroupRates expected = group == ParameterGroup.BASE
                    ? new GroupRates(schedule.rate(6e-4, 20), 0.1)
                    : new GroupRates(schedule.rate(3e-4, 20), 0);
            assertThat(GroupRates.at(config, 20)).containsEntry(group, expected);
        }
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertRefused(d -> d.workers = 0, "train.workers must be at least 1, found 0");
        assertRefused(d -> d.localSteps = 0, "train.local-steps must be at least 1, found 0");
        assertRefused(d -> d.rounds = -1, "train.rounds must be at least 1, found -1");
        assertRefused(d -> d.batchSize = 0, "train.batch-size must be at least 1, found 0");
        assertRefused(d -> d.warmupSteps = -1, "train.warmup-steps must be at least 0, found -1");
        assertRefused(d -> d.threads = 0, "train.threads must be at least 1, found 0");
        assertRefused(d -> d.lr = 0, "train.lr must be a positive number, found 0.0");
        assertRefused(d -> d.filterLr = Double.NaN, "train.filter-lr must be a positive number, found NaN");
        assertRefused(d -> d.minLr = -1, "train.min-lr must be a number of at least 0, found -1.0");
        assertRefused(d -> d.minLr = 1, "train.min-lr must be at most train.lr = 6.0E-4, found 1.0");
        assertRefused(
                d -> d.weightDecay = Double.POSITIVE_INFINITY,
                "train.weight-decay must be a number of at least 0, found Infinity");
        assertRefused(d -> d.clipNorm = -0.5, "train.clip-norm must be a number of at least 0, found -0.5");
        assertRefused(d -> d.betas = List.of(0.9), "train.betas must be two numbers, found [0.9]");
        assertRefused(d -> d.betas = List.of(0.9, 1.0), "train.betas[1] must be at least 0 and below 1, found 1.0");
        assertRefused(d -> d.betas = List.of(-0.1, 0.9), "train.betas[0] must be at least 0 and below 1, found -0.1");
    }

    @Test
    void saysWhatIsNotSupported() {
        assertRefused(d -> d.mode = "deadline", "train.mode = deadline is not supported, expected train.mode = sync");
        assertRefused(d -> d.codec = "int8", "train.codec = int8 is not supported, expected train.codec = fp32");
        assertRefused(
                d -> d.innerState = "local",
                "train.inner-state = local is not supported, expected train.inner-state = average");
        assertRefused(d -> d.recompute = "all", "train.recompute = all is not supported, expected one of none, block");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0   | 0.5 | train.outer.lr must be a positive number, found 0.0",
                "NaN | 0.5 | train.outer.lr must be a positive number, found NaN",
                "1   | 1   | train.outer.momentum must be at least 0 and below 1, found 1.0",
                "1   | -1  | train.outer.momentum must be at least 0 and below 1, found -1.0"
            })
    void refusesOuterSettingsOutOfRange(double lr, double momentum, String message) {
        assertThatThrownBy(() -> new OuterConfig(lr, momentum))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
