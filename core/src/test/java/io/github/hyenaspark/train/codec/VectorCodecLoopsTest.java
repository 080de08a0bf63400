package io.github.hyenaspark.train.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both kinds of loops give the same bits, so executors may mix them. */
class VectorCodecLoopsTest {
    private static final long SEED = 2501;
    private static final int AT = 3;

    private final Random random = new Random(SEED);
    private final CodecLoops scalar = new CodecLoops();
    private final CodecLoops vector = CodecLoops.ofThisJvm();

    @BeforeEach
    void thisMachineHasVectors() {
        assumeTrue(
                vector.getClass().getSimpleName().equals("VectorCodecLoops"),
                "this JVM has no jdk.incubator.vector, or no vectors of eight floats");
    }

    private float[] block(double size) {
        float[] block = new float[Codec.BLOCK];
        for (int i = 0; i < block.length; i++) {
            block[i] = (float) (size * random.nextGaussian());
        }
        return block;
    }

    private byte[] put(CodecLoops loops, float[] block, int count, float scale) {
        byte[] frame = new byte[AT + Codec.BLOCK];
        loops.putBytes(block, 0, count, scale, frame, AT);
        return frame;
    }

    private float[] got(CodecLoops loops, byte[] frame, float scale, int count) {
        float[] values = new float[Codec.BLOCK];
        loops.getBytes(frame, AT, scale, values, 0, count);
        return values;
    }

    @Test
    void blocksOfAnyLengthAndSizeAreTheSame() {
        for (double size : new double[] {0, 1e-42, 1e-38, 3e-37, 1e-4, 1, 1e30}) {
            for (int count = 0; count <= Codec.BLOCK; count += count < 70 ? 1 : 53) {
                float[] block = block(size);
                String where = "size " + size + ", " + count + " values, seed " + SEED;
                float largest = scalar.largest(block, 0, count);
                assertThat(vector.largest(block, 0, count)).as(where).isEqualTo(largest);
                float scale = largest / 127;
                byte[] frame = put(scalar, block, count, scale);
                assertThat(put(vector, block, count, scale)).as(where).isEqualTo(frame);
                assertThat(got(vector, frame, scale, count)).as(where).isEqualTo(got(scalar, frame, scale, count));
            }
        }
    }

    @Test
    void halvesOfAllKindsOfFloatsAreTheSame() {
        for (int count = 0; count <= Codec.BLOCK; count += count < 70 ? 1 : 53) {
            float[] block = new float[Codec.BLOCK];
            for (int i = 0; i < block.length; i++) {
                block[i] = Float.intBitsToFloat(random.nextInt()); // one in 256 is NaN
            }
            String where = count + " values, seed " + SEED;
            byte[] frame = new byte[AT + 2 * Codec.BLOCK];
            scalar.putHalves(block, 0, count, frame, AT);
            byte[] same = new byte[AT + 2 * Codec.BLOCK];
            vector.putHalves(block, 0, count, same, AT);
            assertThat(same).as(where).isEqualTo(frame);
            float[] values = new float[Codec.BLOCK];
            scalar.getHalves(frame, AT, values, 0, count);
            float[] sameValues = new float[Codec.BLOCK];
            vector.getHalves(frame, AT, sameValues, 0, count);
            assertThat(sameValues).as(where).isEqualTo(values);
        }
    }

    /** Half-way between two multiples, where the order of roundings would show. */
    @Test
    void tiesGoToTheSameSide() {
        float[] block = new float[Codec.BLOCK];
        for (int i = 0; i < block.length; i++) {
            block[i] = (i % 255 - 127) / 2f;
        }
        byte[] frame = put(scalar, block, block.length, 1);
        assertThat(put(vector, block, block.length, 1)).isEqualTo(frame);
        for (int i = 0; i < block.length; i++) {
            assertThat((double) frame[AT + i]).isEqualTo(Math.rint(block[i]));
        }
    }

    @Test
    void nanIsFoundInEveryPlace() {
        for (int place = 0; place < 40; place++) {
            float[] block = block(1);
            block[place] = Float.NaN;
            assertThat(vector.largest(block, 0, 40)).as("place %d", place).isNaN();
            assertThat(scalar.largest(block, 0, 40)).as("place %d", place).isNaN();
            block[place] = Float.NEGATIVE_INFINITY;
            assertThat(vector.largest(block, 0, 40)).as("place %d", place).isEqualTo(Float.POSITIVE_INFINITY);
        }
    }
}
