package io.github.hyenaspark.train.codec;

import io.github.hyenaspark.convolution.VectorModule;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The loops of {@link Codec} over the values of one block. There are two, with the same results to the bit: those of
 * the Vector API, where the {@link VectorModule} is available and has vectors of eight floats, take half the time.
 */
interface CodecLoops {
    /** The loops of this JVM. {@code VectorCodecLoops} is found by name: without the module it does not load. */
    static CodecLoops ofThisJvm() {
        if (!VectorModule.load()) {
            return new Scalar();
        }
        try {
            CodecLoops loops = Class.forName("io.github.hyenaspark.train.codec.VectorCodecLoops")
                    .asSubclass(CodecLoops.class)
                    .getDeclaredConstructor()
                    .newInstance();
            loops.runOnce();
            return loops;
        } catch (LinkageError | ReflectiveOperationException e) { // vectors of another size, or another API in this JDK
            return new Scalar();
        }
    }

    /** What another JDK has taken away shows when it is first called. */
    private void runOnce() {
        var values = new float[Codec.BLOCK];
        var frame = new byte[2 * Codec.BLOCK];
        putBytes(values, values.length, largest(values, values.length), frame, 0);
        getBytes(frame, 0, 1, values, values.length);
        putHalves(values, values.length, frame, 0);
        getHalves(frame, 0, values, values.length);
    }

    /** max|x| of the first {@code count}, and no number if one of them is none. */
    float largest(float[] block, int count);

    /**
     * Writes the multiples of the scale that are nearest to the values, as far as floats can tell: x · (1 / scale) is
     * rounded twice before it is rounded to an integer.
     *
     * @param scale max|x| / 127 of these values
     * @param at the first byte
     */
    void putBytes(float[] block, int count, float scale, byte[] frame, int at);

    /**
     * Reads what {@link #putBytes} wrote.
     *
     * @param at the first byte
     * @param values takes them, from its start
     */
    void getBytes(byte[] frame, int at, float scale, float[] values, int count);

    /**
     * Writes the upper halves of the values, rounded as {@link Codec#bf16} does.
     *
     * @param at the first byte
     */
    void putHalves(float[] block, int count, byte[] frame, int at);

    /**
     * Reads what {@link #putHalves} wrote.
     *
     * @param at the first byte
     * @param values takes them, from its start
     */
    void getHalves(byte[] frame, int at, float[] values, int count);

    /** 0 where a float cannot hold it: what is as small as that becomes 0. */
    static float inverse(float scale) {
        float inverse = 1 / scale;
        return Float.isFinite(inverse) ? inverse : 0;
    }

    /** One value at a time. */
    static final class Scalar implements CodecLoops {
        /**
         * In a sum with it, the last bit of a small float counts ones: so adding rounds, to nearest and ties to even.
         */
        static final float ONES = 0x1.8p23f;

        private static final VarHandle SHORTS =
                MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

        @Override
        public float largest(float[] block, int count) {
            return largest(block, 0, count);
        }

        static float largest(float[] block, int from, int to) {
            float largest = 0;
            for (int i = from; i < to; i++) {
                largest = Math.max(largest, Math.abs(block[i]));
            }
            return largest;
        }

        @Override
        public void putBytes(float[] block, int count, float scale, byte[] frame, int at) {
            putBytes(block, 0, count, CodecLoops.inverse(scale), frame, at);
        }

        static void putBytes(float[] block, int from, int to, float inverse, byte[] frame, int at) {
            for (int i = from; i < to; i++) {
                frame[at + i] = (byte) Float.floatToRawIntBits(block[i] * inverse + ONES);
            }
        }

        @Override
        public void getBytes(byte[] frame, int at, float scale, float[] values, int count) {
            getBytes(frame, at, scale, values, 0, count);
        }

        static void getBytes(byte[] frame, int at, float scale, float[] values, int from, int to) {
            for (int i = from; i < to; i++) {
                values[i] = frame[at + i] * scale;
            }
        }

        @Override
        public void putHalves(float[] block, int count, byte[] frame, int at) {
            putHalves(block, 0, count, frame, at);
        }

        static void putHalves(float[] block, int from, int to, byte[] frame, int at) {
            for (int i = from; i < to; i++) {
                SHORTS.set(frame, at + 2 * i, Codec.bf16(block[i]));
            }
        }

        @Override
        public void getHalves(byte[] frame, int at, float[] values, int count) {
            getHalves(frame, at, values, 0, count);
        }

        static void getHalves(byte[] frame, int at, float[] values, int from, int to) {
            for (int i = from; i < to; i++) {
                values[i] = Float.intBitsToFloat((short) SHORTS.get(frame, at + 2 * i) << 16);
            }
        }
    }
}
