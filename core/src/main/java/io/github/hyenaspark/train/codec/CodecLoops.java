package io.github.hyenaspark.train.codec;

import io.github.hyenaspark.kernel.KernelChoice.VectorModule;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The loops of {@link Codec} over values {@code from} (inclusive) to {@code to} (exclusive) of one block, one value at
 * a time. {@code VectorCodecLoops} gives the same bits in half the time, where the {@link VectorModule} is available
 * and has vectors of eight floats. Value i of a block stands in the frame at byte {@code at} + i, or {@code at} + 2i
 * for halves.
 */
class CodecLoops {
    /** Added to a small float, it leaves an integer in the last bits, rounded to nearest with ties to even. */
    static final float ONES = 0x1.8p23f;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /** The loops of this JVM. Finds {@code VectorCodecLoops} by name, because it does not load without the module. */
    static CodecLoops ofThisJvm() {
        if (!VectorModule.load()) {
            return new CodecLoops();
        }
        try {
            CodecLoops loops = Class.forName("io.github.hyenaspark.train.codec.VectorCodecLoops")
                    .asSubclass(CodecLoops.class)
                    .getDeclaredConstructor()
                    .newInstance();
            loops.runOnce();
            return loops;
        } catch (LinkageError | ReflectiveOperationException e) { // vectors of another size, or another API in this JDK
            return new CodecLoops();
        }
    }

    /** A method that another JDK has removed fails at its first call. */
    private void runOnce() {
        var values = new float[Codec.BLOCK];
        var frame = new byte[2 * Codec.BLOCK];
        putBytes(values, 0, Codec.BLOCK, largest(values, 0, Codec.BLOCK), frame, 0);
        getBytes(frame, 0, 1, values, 0, Codec.BLOCK);
        putHalves(values, 0, Codec.BLOCK, frame, 0);
        getHalves(frame, 0, values, 0, Codec.BLOCK);
    }

    /** max|x|; NaN if a value is NaN. */
    float largest(float[] block, int from, int to) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(block[i]));
        }
        return largest;
    }

    /**
     * Writes the multiples of the scale that are nearest to the values, within float rounding: x · (1 / scale) is
     * rounded twice before it is rounded to an integer.
     *
     * @param scale max|x| / 127 of the block
     */
    void putBytes(float[] block, int from, int to, float scale, byte[] frame, int at) {
        float inverse = inverse(scale);
        for (int i = from; i < to; i++) {
            frame[at + i] = (byte) Float.floatToRawIntBits(block[i] * inverse + ONES);
        }
    }

    /** Reads what {@link #putBytes} wrote. */
    void getBytes(byte[] frame, int at, float scale, float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            values[i] = frame[at + i] * scale;
        }
    }

    /** Writes the upper halves of the values, rounded as {@link Codec#bf16} does. */
    void putHalves(float[] block, int from, int to, byte[] frame, int at) {
        for (int i = from; i < to; i++) {
            SHORTS.set(frame, at + 2 * i, Codec.bf16(block[i]));
        }
    }

    /** Reads what {@link #putHalves} wrote. */
    void getHalves(byte[] frame, int at, float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            values[i] = Float.intBitsToFloat((short) SHORTS.get(frame, at + 2 * i) << 16);
        }
    }

    /** 0 if the inverse overflows a float: values of that scale become 0. */
    static float inverse(float scale) {
        float inverse = 1 / scale;
        return Float.isFinite(inverse) ? inverse : 0;
    }
}
