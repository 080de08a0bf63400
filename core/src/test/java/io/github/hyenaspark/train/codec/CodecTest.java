package io.github.hyenaspark.train.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CodecTest {
    private static final long SEED = 1808;
    private static final int[] COUNTS = {0, 1, 2, 3, 7, 1023, 1024, 1025, 2047, 2048, 2049, 5000};

    private static float[] values(int count, double scale) {
        Random random = new Random(SEED);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    private static float[] decoded(Codec codec, byte[] frame, int count) {
        float[] all = new float[count];
        float[] block = new float[Codec.BLOCK];
        for (int from = 0; from < count; from += Codec.BLOCK) {
            int some = Math.min(Codec.BLOCK, count - from);
            codec.decode(frame, from, some, block);
            System.arraycopy(block, 0, all, from, some);
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void aFrameHasTheBytesThatItSays(Codec codec) {
        for (int count : COUNTS) {
            assertThat(codec.encode(values(count, 1))).as("%d values", count).hasSize((int) codec.bytes(count));
        }
    }

    @Test
    void bytesOfAValueAreWhatTheCodecsPromise() {
        long p = 1_000_000;
        assertThat(Codec.FP32.bytes(p)).isEqualTo(4 * p);
        assertThat(Codec.BF16.bytes(p)).isEqualTo(2 * p);
        assertThat((double) Codec.INT8.bytes(p)).isBetween(1.0 * p, 1.01 * p);
        assertThat((double) Codec.INT4.bytes(p)).isBetween(0.5 * p, 0.51 * p);
    }

    @Test
    void fp32IsExactToTheBit() {
        float[] values = {0f, -0f, Float.MIN_VALUE, -Float.MAX_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, 1e-30f};
        float[] back = decoded(Codec.FP32, Codec.FP32.encode(values), values.length);
        for (int i = 0; i < values.length; i++) {
            assertThat(Float.floatToRawIntBits(back[i])).isEqualTo(Float.floatToRawIntBits(values[i]));
        }
    }

    /** An 8 bit significand, 7 of them stored: half a unit in the last place is 2^-8 of the value. */
    @Test
    void bf16IsTheNearestOfItsNumbers() {
        float[] values = values(5000, 1e-3);
        float[] back = decoded(Codec.BF16, Codec.BF16.encode(values), values.length);
        for (int i = 0; i < values.length; i++) {
            assertThat((double) back[i])
                    .as("value %d, seed %d", i, SEED)
                    .isCloseTo(values[i], within(Math.abs(values[i]) / 256.0));
            assertThat(Codec.rounded(values[i])).isEqualTo(back[i]);
            assertThat(Codec.rounded(back[i])).isEqualTo(back[i]);
        }
        assertThat(Codec.rounded(1 + 1 / 256f)).as("a tie goes to the even one").isEqualTo(1f);
        assertThat(Codec.rounded(1 + 3 / 256f)).isEqualTo(1 + 4 / 256f);
        assertThat(Codec.rounded(Float.NaN)).isNaN();
        assertThat(Codec.rounded(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT4"})
    void blocksAreTheNearestMultiplesOfTheirScale(Codec codec) {
        int limit = codec == Codec.INT8 ? 127 : 7;
        for (int count : COUNTS) {
            float[] values = values(count, 1e-4);
            for (int i = 1024; i < count; i++) {
                values[i] *= 1000; // another block, another scale
            }
            float[] back = decoded(codec, codec.encode(values), count);
            for (int i = 0; i < count; i++) {
                float scale = largest(values, i / Codec.BLOCK) / limit;
                String where = "value " + i + " of " + count + ", seed " + SEED;
                assertThat((double) back[i]).as(where).isCloseTo(values[i], within(0.5000001 * scale));
                assertThat(Math.rint(back[i] / scale) * scale).as(where).isCloseTo(back[i], within(1e-5 * scale));
            }
        }
    }

    private static float largest(float[] values, int block) {
        float largest = 0;
        for (int i = block * Codec.BLOCK; i < Math.min(values.length, (block + 1) * Codec.BLOCK); i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void zerosStayZeros(Codec codec) {
        assertThat(decoded(codec, codec.encode(new float[1500]), 1500)).containsOnly(0f);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void whatIsNoNumberDoesNotBecomeOne(Codec codec) {
        float[] values = values(10, 1);
        values[3] = Float.NaN;
        assertThat(decoded(codec, codec.encode(values), 10)[3]).isNaN();
        values[3] = Float.POSITIVE_INFINITY;
        assertThat(Float.isFinite(decoded(codec, codec.encode(values), 10)[3])).isFalse();
    }
}
