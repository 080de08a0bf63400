package io.github.hyenaspark.train;

/** One value at a time. */
final class ScalarByteBlocks implements ByteBlocks {
    /** In a sum with it, the last bit of a small float counts ones: so adding rounds, to nearest and ties to even. */
    static final float ONES = 0x1.8p23f;

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
    public void put(float[] block, int count, float scale, byte[] frame, int at) {
        put(block, 0, count, ByteBlocks.inverse(scale), frame, at);
    }

    static void put(float[] block, int from, int to, float inverse, byte[] frame, int at) {
        for (int i = from; i < to; i++) {
            frame[at + i] = (byte) Float.floatToRawIntBits(block[i] * inverse + ONES);
        }
    }

    @Override
    public void get(byte[] frame, int at, float scale, float[] values, int count) {
        get(frame, at, scale, values, 0, count);
    }

    static void get(byte[] frame, int at, float scale, float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            values[i] = frame[at + i] * scale;
        }
    }
}
