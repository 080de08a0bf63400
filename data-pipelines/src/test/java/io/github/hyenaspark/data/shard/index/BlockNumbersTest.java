package io.github.hyenaspark.data.shard.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockNumbersTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 128, 1000, 300_000})
    void numbersAreWhatWasAdded(int count) {
        for (int bits = 1; bits < 32; bits += 6) {
            Random random = new Random(count + bits);
            int[] expected =
                    random.ints(count, 0, Integer.MAX_VALUE >>> (31 - bits)).toArray();
            var numbers = new BlockNumbers();
            for (int number : expected) {
                numbers.add(number);
            }
            numbers.end();

            assertThat(numbers.count()).isEqualTo(count);
            assertThat(LongStream.range(0, count).mapToInt(numbers::get).toArray())
                    .isEqualTo(expected);
            long most = (long) count * bits / 8 + (count / 64 + 2) * 8L + 64L * bits / 8;
            assertThat(numbers.heapBytes()).isLessThanOrEqualTo(most);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 1000})
    void sumsAndPlacesAreThoseOfAddingUp(int count) {
        Random random = new Random(count);
        int[] numbers = random.ints(count, 0, 4).toArray();
        PrefixSums sums = PrefixSums.of(count, document -> numbers[(int) document]);
        long before = 0;
        for (int document = 0; document < count; document++) {
            assertThat(sums.before(document)).isEqualTo(before);
            for (long number = before; number < before + numbers[document]; number++) {
                assertThat(sums.documentAt(number)).isEqualTo(document);
            }
            before += numbers[document];
        }
        assertThat(sums.before(count)).isEqualTo(before).isEqualTo(sums.total());
    }
}
