package io.github.hyenaspark.train.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** One value at a time. */
final class ScalarCodecLoops implements CodecLoops {
    /** In a sum with it, the last bit of a small float counts ones: so adding rounds, to nearest and ties to even. */
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
