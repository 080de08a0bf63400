package io.github.hyenaspark.operator.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SumsByHalvesTest {
    private static final long SEED = 7;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1024, 1100})
    void addsHalvesOntoHalvesOfBlocksOf512(int count) {
        Random random = new Random(SEED);
        float[] values = new float[count + 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        double expected = 0;
        for (int block = 0; block < count; block += 512) {
            expected += tree(values, 3 + block, Math.min(512, count - block), 0, 1);
        }
        assertThat(new Sums.ByHalves().of(FloatArray.copyOf(values), 3, count)).isEqualTo(expected);
    }

    /** The sum of the elements of a block whose number is {@code first} plus a multiple of {@code step}. */
    private static float tree(float[] values, int at, int count, int first, int step) {
        return step == 512
                ? first < count ? values[at + first] : 0
                : tree(values, at, count, first, 2 * step) + tree(values, at, count, first + step, 2 * step);
    }
}
