package io.github.hyenaspark.train.codec;

import java.util.Arrays;
import java.util.Random;

/**
 * A program for {@link CodecLoopsForkIT}: runs the loops that its JVM has until the compiler has seen them, and
 * compares every result with those of {@link CodecLoops} from before it had, bit by bit. Its last line of output is the
 * name of the loops and "the same bits".
 */
final class ForkedCodecLoops {
    private static final long SEED = 2501;
    private static final int TIMES = 50_000;

    private ForkedCodecLoops() {}

    public static void main(String[] arguments) {
        var random = new Random(SEED);
        float[] block = new float[Codec.BLOCK];
        float[] anything = new float[Codec.BLOCK];
        for (int i = 0; i < Codec.BLOCK; i++) {
            block[i] = (float) random.nextGaussian();
            anything[i] = Float.intBitsToFloat(random.nextInt()); // one in 256 is NaN
        }
        float[][] expected = results(new CodecLoops(), block, anything);
        CodecLoops loops = CodecLoops.ofThisJvm();
        for (int i = 0; i < TIMES; i++) {
            if (!Arrays.deepEquals(results(loops, block, anything), expected)) {
                throw new AssertionError("other bits at the " + (i + 1) + "th time, seed " + SEED);
            }
        }
        System.out.println("loops of " + loops.getClass().getSimpleName() + ", the same bits");
    }

    /** What becomes of a block as bytes, and of another one as halves. */
    private static float[][] results(CodecLoops loops, float[] block, float[] anything) {
        byte[] frame = new byte[2 * Codec.BLOCK];
        float[] bytes = new float[Codec.BLOCK];
        float[] halves = new float[Codec.BLOCK];
        float scale = loops.largest(block, 0, Codec.BLOCK) / 127;
        loops.putBytes(block, 0, Codec.BLOCK, scale, frame, 0);
        loops.getBytes(frame, 0, scale, bytes, 0, Codec.BLOCK);
        loops.putHalves(anything, 0, Codec.BLOCK, frame, 0);
        loops.getHalves(frame, 0, halves, 0, Codec.BLOCK);
        return new float[][] {{scale}, bytes, halves};
    }
}
