package io.github.hyenaspark.convolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectConvolutionTest {
    private static final long SEED = 20230221;

    /**
     * The gradients are those of the forward pass: the loss g·y is linear in each argument, so no step size is needed.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 16, 33})
    void theDirectGradientsAreThoseOfTheDirectOutput(int length) {
        Random random = new Random(SEED + length);
        double[] h = row(random, length);
        double[] u = row(random, length);
        double[] g = row(random, length);
        double[] inputGradient = DirectConvolution.inputGradient(h, g);
        double[] filterGradient = DirectConvolution.filterGradient(u, g);
        for (int s = 0; s < length; s++) {
            double[] unit = new double[length];
            unit[s] = 1;
            assertThat(inputGradient[s]).isCloseTo(dot(g, DirectConvolution.forward(h, unit)), within(1e-12));
            assertThat(filterGradient[s]).isCloseTo(dot(g, DirectConvolution.forward(unit, u)), within(1e-12));
        }
    }

    @Test
    void refusesRowsOfDifferentLengths() {
        assertThatThrownBy(() -> DirectConvolution.forward(new double[2], new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a convolution needs two rows of the same length, found 2 and 3");
    }

    private static double[] row(Random random, int length) {
        return random.doubles(length, -1, 1).toArray();
    }

    private static double dot(double[] one, double[] other) {
        double sum = 0;
        for (int t = 0; t < one.length; t++) {
            sum += one[t] * other[t];
        }
        return sum;
    }
}
