package io.github.hyenaspark.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShuffleTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 4097, 100_003})
    void everyElementComesOnce(int size) {
        for (long seed = -2; seed <= 2; seed++) {
            Shuffle shuffle = Shuffle.of(size, seed, 7);
            var seen = new BitSet(size);
            for (int position = 0; position < size; position++) {
                seen.set(Math.toIntExact(shuffle.at(position)));
            }
            assertThat(seen.cardinality()).as("size %d, seed %d", size, seed).isEqualTo(size);
            assertThat(seen.length()).as("size %d, seed %d", size, seed).isEqualTo(size);
        }
    }

    @Test
    void anotherEpochOrSeedIsAnotherOrder() {
        assertThat(order(100, 1, 1)).isNotEqualTo(order(100, 1, 0));
        assertThat(order(100, 2, 0)).isNotEqualTo(order(100, 1, 0));
        // Neighbouring seeds and epochs must not be one stream shifted against itself.
        assertThat(order(100, 2, 0)).isNotEqualTo(order(100, 1, 1));
        assertThat(order(100, 0, 0)).isNotEqualTo(LongStream.range(0, 100).toArray());
    }

    @Test
    void theOrderNeverChanges() {
        // Runs resume by it: another value here makes old checkpoints read other sequences.
        assertThat(order(10, 42, 3)).containsExactly(9, 0, 3, 8, 4, 7, 6, 5, 1, 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 16, 17})
    void everyElementIsFirstEquallyOften(int size) {
        int epochs = 20_000;
        int[] first = new int[size];
        for (int epoch = 0; epoch < epochs; epoch++) {
            first[(int) Shuffle.of(size, 5, epoch).at(0)]++;
        }
        double expected = epochs / (double) size;
        double deviation = Math.sqrt(expected * (1 - 1.0 / size));
        for (int count : first) {
            // Five standard deviations: by chance this fails once in two million counts.
            assertThat((double) count).isBetween(expected - 5 * deviation, expected + 5 * deviation);
        }
    }

    @Test
    void sizesBeyondMemoryWork() {
        Shuffle shuffle = Shuffle.of(Shuffle.LARGEST, 1, 0);
        long[] some = LongStream.range(0, 1000).map(shuffle::at).toArray();

        assertThat(some).doesNotHaveDuplicates();
        assertThat(LongStream.of(some)).allMatch(element -> element >= 0 && element < Shuffle.LARGEST);
    }

    @Test
    void whatIsOutOfRangeIsRefused() {
        assertThatThrownBy(() -> Shuffle.of(0, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a shuffle needs 1 to 2^62 elements, found 0");
        assertThatThrownBy(() -> Shuffle.of(3, 1, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an epoch is at least 0, found -1");
        assertThatThrownBy(() -> Shuffle.of(3, 1, 0).at(3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("position 3 is not in [0, 3)");
    }

    private static long[] order(long size, long seed, long epoch) {
        return LongStream.range(0, size).map(Shuffle.of(size, seed, epoch)::at).toArray();
    }
}
