package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.fit.LabelMetrics.Spread;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SpreadTest {
    /** Whose squares, or whose sum, are too large or too small for a double. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 530, 1000, 1019, -540, -960})
    void magnitudeCostsNoBit(int exponent) {
        double[] numbers = new Random(3).doubles(1000, -1, 17).toArray();
        double mean = Arrays.stream(numbers).average().orElseThrow();
        double variance = Arrays.stream(numbers)
                .map(number -> StrictMath.pow(number - mean, 2))
                .average()
                .orElseThrow();
        Spread found = Spread.of(Arrays.stream(numbers)
                .map(number -> Math.scalb(number, exponent))
                .toArray());
        assertThat(found).isEqualTo(new Spread(Math.scalb(mean, exponent), Math.scalb(Math.sqrt(variance), exponent)));
    }

    @Test
    void equalNumbersHaveNoDeviation() {
        for (int count = 1; count <= 20; count++) {
            double[] tenths = new double[count];
            Arrays.fill(tenths, 0.1);
            assertThat(Spread.of(tenths)).isEqualTo(new Spread(0.1, 0));
        }
    }

    @Test
    void equalNumbersDoNotDeviate() {
        assertThat(Spread.of(new double[] {5, 5})).isEqualTo(new Spread(5, 0));
        assertThat(Spread.of(new double[] {0, 0})).isEqualTo(new Spread(0, 0));
        assertThat(Spread.of(new double[] {1e300, -1e300})).isEqualTo(new Spread(0, 1e300));
        assertThat(Spread.of(new double[] {1e-310, 3e-310}).deviation()).isEqualTo(1e-310);
    }
}
