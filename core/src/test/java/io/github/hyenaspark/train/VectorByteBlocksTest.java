package io.github.hyenaspark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both loops of bytes give the same bits, so executors may mix them. */
class VectorByteBlocksTest {
    private static final long SEED = 2501;
    private static final int AT = 3;

    private final Random random = new Random(SEED);
    private final ByteBlocks scalar = new ScalarByteBlocks();
    private final ByteBlocks vector = ByteBlocks.ofThisJvm();

    @BeforeEach
    void thisMachineHasVectors() {
        assumeTrue(
                vector.getClass().getSimpleName().equals("VectorByteBlocks"),
                "this JVM has no jdk.incubator.vector, or no vectors of eight floats");
    }

    private float[] block(double size) {
        float[] block = new float[Codec.BLOCK];
        for (int i = 0; i < block.length; i++) {
            block[i] = (float) (size * random.nextGaussian());
        }
        return block;
    }

    private byte[] put(ByteBlocks blocks, float[] block, int count, float scale) {
        byte[] frame = new byte[AT + Codec.BLOCK];
        blocks.put(block, count, scale, frame, AT);
        return frame;
    }

    private float[] got(ByteBlocks blocks, byte[] frame, float scale, int count) {
        float[] values = new float[Codec.BLOCK];
        blocks.get(frame, AT, scale, values, count);
        return values;
    }

    @Test
    void blocksOfAnyLengthAndSizeAreTheSame() {
        for (double size : new double[] {0, 1e-42, 1e-38, 3e-37, 1e-4, 1, 1e30}) {
            for (int count = 0; count <= Codec.BLOCK; count += count < 70 ? 1 : 53) {
                float[] block = block(size);
                String where = "size " + size + ", " + count + " values, seed " + SEED;
                float largest = scalar.largest(block, count);
                assertThat(vector.largest(block, count)).as(where).isEqualTo(largest);
                float scale = largest / 127;
                byte[] frame = put(scalar, block, count, scale);
                assertThat(put(vector, block, count, scale)).as(where).isEqualTo(frame);
                assertThat(got(vector, frame, scale, count)).as(where).isEqualTo(got(scalar, frame, scale, count));
            }
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
    void whatIsNoNumberIsFoundInEveryPlace() {
        for (int place = 0; place < 40; place++) {
            float[] block = block(1);
            block[place] = Float.NaN;
            assertThat(vector.largest(block, 40)).as("place %d", place).isNaN();
            assertThat(scalar.largest(block, 40)).as("place %d", place).isNaN();
            block[place] = Float.NEGATIVE_INFINITY;
            assertThat(vector.largest(block, 40)).as("place %d", place).isEqualTo(Float.POSITIVE_INFINITY);
        }
    }
}
