package io.github.hyenaspark.train.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.train.averaging.OuterOptimizer.ParameterUpdate;
import io.github.hyenaspark.train.averaging.OuterOptimizer.Step;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParameterUpdateTest {
    private static final int COUNT = 70 * Codec.BLOCK + 5; // more than one range, and a short block
    private static final float[] BEFORE = values(1, 1);
    private static final float[] WANTED = wanted();

    private static float[] values(int seed, double scale) {
        Random random = new Random(seed);
        float[] values = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    private static float[] wanted() {
        float[] wanted = values(2, 1e-3);
        for (int i = 0; i < COUNT; i++) {
            wanted[i] += BEFORE[i];
        }
        return wanted;
    }

    /** The step of the plain mean, which is {@code WANTED}. */
    private static Step plain(Codec codec) {
        return step(new TrainConfig.Outer(1, 0, 0), codec, WANTED);
    }

    private static Step step(TrainConfig.Outer config, Codec codec, float[] averaged) {
        var found = new Averaging.AveragedState(0, averaged.clone(), new float[0], new float[0]);
        return new OuterOptimizer(config, codec).step(BEFORE, values(3, 1e-3), found, 0);
    }

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"BF16", "INT8"})
    void whoAppliesItHasTheParametersOfWhoMadeIt(Codec codec) {
        for (Step step : List.of(plain(codec), step(new TrainConfig.Outer(0.7, 0.9, 0), codec, values(4, 1e-3)))) {
            ParameterUpdate update = step.update().orElseThrow();
            assertThat(update.frame()).hasSize((int) codec.bytes(COUNT));
            assertThat(update.appliedTo(BEFORE)).containsExactly(step.state().theta());
        }
        assertThat(BEFORE).containsExactly(values(1, 1));
    }

    /** By at most half of the largest change of its block over 127, and the rounding of the sum. */
    @Test
    void itLeadsWhereItShouldButForTheRounding() {
        float[] theta = plain(Codec.INT8).state().theta();
        for (int block = 0; block < COUNT; block += Codec.BLOCK) {
            int end = Math.min(block + Codec.BLOCK, COUNT);
            float largest = 0;
            for (int i = block; i < end; i++) {
                largest = Math.max(largest, Math.abs(WANTED[i] - BEFORE[i]));
            }
            for (int i = block; i < end; i++) {
                double lost = Math.abs((double) theta[i] - WANTED[i]);
                assertThat(lost).isLessThanOrEqualTo(largest / 254 + Math.ulp(WANTED[i]));
            }
        }
    }

    @Test
    void whereNothingChangedNothingChanges() {
        Step step = step(new TrainConfig.Outer(1, 0, 0), Codec.INT8, BEFORE);
        assertThat(step.state().theta()).containsExactly(BEFORE);
    }

    @Test
    void parametersThatTravelAsTheyAreHaveNone() {
        assertThat(plain(Codec.FP32).update()).isEmpty();
    }

    @Test
    void fourBitsAreRefusedOnTheWayDown() {
        var draft = new TrainConfigDraft();
        draft.downCodec = Codec.INT4;
        assertThatThrownBy(draft::config)
                .hasMessageContaining("train.down-codec")
                .hasMessageContaining("fp32, bf16, int8");
    }
}
