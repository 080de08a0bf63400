package io.github.hyenaspark.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * How a vector of floats is written for its way from a worker to the driver: one frame of little-endian bytes, in
 * blocks of {@value #BLOCK} values (the last one shorter). {@code INT8} and {@code INT4} write a block as the float
 * max|x| / n and then the nearest multiples of it, with n = 127 and 7; two values of {@code INT4} share a byte, the
 * first in its low half. Blocks of one scale lose nothing that could be seen at eight and four bits (arXiv 2501.18512);
 * what {@code INT4} loses, the worker adds to its next delta.
 */
public enum Codec {
    /** Four bytes a value, exact. */
    FP32(Float.BYTES),
    /** The upper half of a float, rounded to nearest even: two bytes a value. */
    BF16(Short.BYTES),
    /** One byte a value and four a block. */
    INT8(1),
    /** Half a byte a value and four a block. */
    INT4(0.5);

    /** Values that share a scale. */
    public static final int BLOCK = 1024;

    private static final int INT8_LIMIT = 127;
    private static final int INT4_LIMIT = 7;

    private final double bytesPerValue;

    Codec(double bytesPerValue) {
        this.bytesPerValue = bytesPerValue;
    }

    /** Whether decoding gives back what was encoded. */
    public boolean isExact() {
        return this == FP32;
    }

    /** Whether what a worker's frame lost is kept by the worker for the next one. */
    public boolean feedsErrorBack() {
        return this == INT4;
    }

    /** With what the moments travel beside parameters of this codec: they have no common scale, so bf16 at least. */
    public Codec ofMoments() {
        return this == FP32 ? FP32 : BF16;
    }

    /** Bytes of a frame of {@code count} values. */
    public long bytes(long count) {
        return blockBytes() * (count / BLOCK) + (count % BLOCK == 0 ? 0 : partBytes((int) (count % BLOCK)));
    }

    private long blockBytes() {
        return partBytes(BLOCK);
    }

    private long partBytes(int count) {
        return (hasScale() ? Float.BYTES : 0) + (long) Math.ceil(count * bytesPerValue);
    }

    private boolean hasScale() {
        return this == INT8 || this == INT4;
    }

    /**
     * A frame.
     *
     * @throws IllegalArgumentException if it would be longer than an array can be
     */
    public byte[] encode(float[] values) {
        long size = bytes(values.length);
        if (size > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalArgumentException("train.codec: " + values.length + " parameters take " + size
                    + " bytes as " + this + ", expected less than 2 GiB; take int8 or int4");
        }
        ByteBuffer frame = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += BLOCK) {
            encode(values, from, Math.min(BLOCK, values.length - from), frame);
        }
        return frame.array();
    }

    private void encode(float[] values, int from, int count, ByteBuffer frame) {
        switch (this) {
            case FP32 -> {
                frame.asFloatBuffer().put(values, from, count);
                frame.position(frame.position() + count * Float.BYTES);
            }
            case BF16 -> {
                for (int i = from; i < from + count; i++) {
                    frame.putShort(bf16(values[i]));
                }
            }
            case INT8 -> {
                float scale = scale(values, from, count, INT8_LIMIT);
                double inverse = inverse(scale);
                frame.putFloat(scale);
                for (int i = from; i < from + count; i++) {
                    frame.put((byte) Math.rint(values[i] * inverse));
                }
            }
            case INT4 -> {
                float scale = scale(values, from, count, INT4_LIMIT);
                double inverse = inverse(scale);
                frame.putFloat(scale);
                for (int i = from; i < from + count; i += 2) {
                    int low = (int) Math.rint(values[i] * inverse);
                    int high = i + 1 < from + count ? (int) Math.rint(values[i + 1] * inverse) : 0;
                    frame.put((byte) ((high << 4) | (low & 0xF)));
                }
            }
        }
    }

    /** To nearest, ties to even; what is no number stays none. */
    private static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    /** {@code value} as it is after encoding and decoding with {@link #BF16}. */
    static float rounded(float value) {
        return Float.intBitsToFloat(bf16(value) << 16);
    }

    private static float scale(float[] values, int from, int count, int limit) {
        float largest = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest / limit;
    }

    private static double inverse(float scale) {
        return scale > 0 ? 1.0 / scale : 0;
    }

    /**
     * Decodes some values of a frame.
     *
     * @param frame begins with a whole block
     * @param from the first value, a multiple of {@link #BLOCK}
     * @param count at most {@link #BLOCK}
     * @param values takes them, from its start
     */
    public void decode(byte[] frame, int from, int count, float[] values) {
        int at = Math.toIntExact(bytes(from));
        ByteBuffer bytes = ByteBuffer.wrap(frame, at, frame.length - at).order(ByteOrder.LITTLE_ENDIAN);
        switch (this) {
            case FP32 -> {
                FloatBuffer floats =
                        bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
                floats.get(values, 0, count);
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    int low = frame[at + 2 * i] & 0xFF;
                    values[i] = Float.intBitsToFloat((frame[at + 2 * i + 1] << 24) | (low << 16));
                }
            }
            case INT8 -> {
                float scale = bytes.getFloat();
                for (int i = 0; i < count; i++) {
                    values[i] = frame[at + Float.BYTES + i] * scale;
                }
            }
            case INT4 -> {
                float scale = bytes.getFloat();
                for (int i = 0; i < count; i++) {
                    int pair = frame[at + Float.BYTES + i / 2];
                    values[i] = (i % 2 == 0 ? pair << 28 >> 28 : pair >> 4) * scale;
                }
            }
        }
    }
}
