package io.github.hyenaspark.convolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.testing.Closeness;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IncrementalConvolutionTest {
    private static final long SEED = 1974;

    /** First elements and room on both sides of a direct block and of powers of two. */
    static Stream<Arguments> lengths() {
        return IntStream.of(1, 2, 63, 64, 65, 100)
                .boxed()
                .flatMap(first -> IntStream.of(0, 1, 63, 64, 65, 127, 128, 129, 500, 512, 513)
                        .mapToObj(more -> Arguments.of(first, first + more)));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void outputsAreThoseOfTheWholeRow(int first, int capacity) {
        Random random = new Random(SEED);
        float[][] taps = {row(random, capacity), row(random, capacity)};
        float[][] elements = {row(random, capacity), row(random, capacity), row(random, capacity), row(random, capacity)
        };
        float[][] found = new float[4][capacity];
        var online = new IncrementalConvolution(taps, 2);
        for (int row = 0; row < 4; row++) {
            online.first(row / 2, row % 2, elements[row], found[row], first);
        }
        online.advance(first);
        for (int t = first; t < capacity; t++) {
            online.prepare(0);
            online.prepare(1);
            for (int row = 0; row < 4; row++) {
                found[row][t] = online.next(row / 2, row % 2, elements[row][t]);
            }
            online.advance(1);
        }
        assertThat(online.length()).isEqualTo(capacity);
        for (int row = 0; row < 4; row++) {
            double[] expected = DirectConvolution.forward(doubles(taps[row / 2]), doubles(elements[row]));
            // a few float transforms, each right to 4e-7 of its largest element
            Closeness.check("row " + row + ", seed " + SEED, doubles(found[row]), expected, 2e-6);
        }
    }

    @Test
    void thereIsRoomForCapacityElementsOnly() {
        var online = new IncrementalConvolution(new float[][] {{1, 2}}, 1);
        assertThatThrownBy(() -> online.first(0, 0, new float[3], new float[3], 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rows have room for 2 elements, needed are 3");
        online.first(0, 0, new float[2], new float[2], 2);
        online.advance(2);
        assertThatThrownBy(() -> online.next(0, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rows have room for 2 elements, needed are 3");
        assertThatThrownBy(() -> online.first(0, 0, new float[1], new float[1], 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("rows have 2 elements; only empty rows take their first ones together");
    }

    @Test
    void filtersOfDifferentLengthsAreRefused() {
        assertThatThrownBy(() -> new IncrementalConvolution(new float[][] {{1, 2}, {1}}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("all filters must have the same number of taps, found 1 and 2");
        assertThatThrownBy(() -> new IncrementalConvolution(new float[0][], 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an incremental convolution needs at least one filter");
    }

    private static float[] row(Random random, int length) {
        float[] row = new float[length];
        for (int i = 0; i < length; i++) {
            row[i] = (float) random.nextGaussian();
        }
        return row;
    }

    private static double[] doubles(float[] row) {
        return IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray();
    }
}
