package io.github.hyenaspark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.train.ParameterUpdate.Rounded;
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

    @ParameterizedTest
    @EnumSource(
            value = Codec.class,
            names = {"BF16", "INT8"})
    void whoAppliesItHasTheParametersOfWhoMadeIt(Codec codec) {
        Rounded rounded = ParameterUpdate.between(codec, BEFORE, WANTED);
        assertThat(rounded.update().frame()).hasSize((int) codec.bytes(COUNT));
        assertThat(rounded.update().appliedTo(BEFORE)).containsExactly(rounded.theta());
        assertThat(BEFORE).containsExactly(values(1, 1));
    }

    /** By at most half of the largest change of its block over 127, and the rounding of the sum. */
    @Test
    void itLeadsWhereItShouldButForTheRounding() {
        Rounded rounded = ParameterUpdate.between(Codec.INT8, BEFORE, WANTED);
        for (int block = 0; block < COUNT; block += Codec.BLOCK) {
            int end = Math.min(block + Codec.BLOCK, COUNT);
            float largest = 0;
            for (int i = block; i < end; i++) {
                largest = Math.max(largest, Math.abs(WANTED[i] - BEFORE[i]));
            }
            for (int i = block; i < end; i++) {
                double lost = Math.abs((double) rounded.theta()[i] - WANTED[i]);
                assertThat(lost).isLessThanOrEqualTo(largest / 254 + Math.ulp(WANTED[i]));
            }
        }
    }

    @Test
    void whereNothingChangedNothingChanges() {
        assertThat(ParameterUpdate.between(Codec.INT8, BEFORE, BEFORE).theta()).containsExactly(BEFORE);
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
