package io.github.hyenaspark.train.codec;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * How a vector of floats travels from a worker to the driver: as one frame of little-endian bytes, in blocks of
 * {@value #BLOCK} values (the last one shorter). {@code INT8} and {@code INT4} write a block as the float max|x| / n, n
 * = 127 and 7, and the nearest multiples of it; two values of {@code INT4} share a byte, the first in its low half.
 * With blockwise scales, eight and four bits train as well as 32 (arXiv 2501.18512). A worker adds what {@code INT4}
 * loses to its next delta.
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

    /** Whether encoding is lossless. */
    public boolean isExact() {
        return this == FP32;
    }

    /** Whether the worker adds what a frame lost to its next frame. */
    public boolean feedsErrorBack() {
        return this == INT4;
    }

    /** The codec for moments beside parameters in this codec: at least bf16, since moments have no common scale. */
    public Codec ofMoments() {
        return this == FP32 ? FP32 : BF16;
    }

    /** Bytes of a frame of {@code count} values. */
    public long bytes(long count) {
        return partBytes(BLOCK) * (count / BLOCK) + (count % BLOCK == 0 ? 0 : partBytes((int) (count % BLOCK)));
    }

    private long partBytes(int count) {
        return (hasScale() ? Float.BYTES : 0) + (long) Math.ceil(count * bytesPerValue);
    }

    private boolean hasScale() {
        return this == INT8 || this == INT4;
    }

    /**
     * A frame of values.
     *
     * @throws IllegalArgumentException as {@link #frame}
     */
    public byte[] encode(float[] values) {
        byte[] frame = frame(values.length);
        float[] block = new float[BLOCK];
        for (int from = 0; from < values.length; from += BLOCK) {
            int count = Math.min(BLOCK, values.length - from);
            System.arraycopy(values, from, block, 0, count);
            encode(block, count, frame, from);
        }
        return frame;
    }

    /**
     * An empty frame, for {@link #encode(float[], int, byte[], int)}.
     *
     * @throws IllegalArgumentException if it exceeds the largest array
     */
    public byte[] frame(int values) {
        long size = bytes(values);
        if (size > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalArgumentException("train.codec: " + values + " parameters take " + size + " bytes as "
                    + this + ", expected less than 2 GiB; take int8 or int4");
        }
        return new byte[(int) size];
    }

    /**
     * Writes one block of a frame.
     *
     * @param block the first {@code count} elements are written
     * @param from number of the first value in the frame, a multiple of {@link #BLOCK}
     */
    public void encode(float[] block, int count, byte[] frame, int from) {
        int at = Math.toIntExact(bytes(from));
        switch (this) {
            case FP32 -> floats(frame, at, count).put(block, 0, count);
            case BF16 -> loops().putHalves(block, 0, count, frame, at);
            case INT8 -> {
                float scale = scale(block, count, INT8_LIMIT);
                floats(frame, at, 1).put(scale);
                loops().putBytes(block, 0, count, scale, frame, at + Float.BYTES);
            }
            case INT4 -> {
                float scale = scale(block, count, INT4_LIMIT);
                floats(frame, at, 1).put(scale);
                putNibbles(block, count, scale > 0 ? 1.0 / scale : 0, frame, at + Float.BYTES);
            }
        }
    }

    private static CodecLoops loops() {
        return Loops.OF_THIS_JVM;
    }

    /** Found when they are first needed: whoever only names a codec loads no vectors. */
    private static final class Loops {
        private static final CodecLoops OF_THIS_JVM = CodecLoops.ofThisJvm();
    }

    private static FloatBuffer floats(byte[] frame, int at, int count) {
        return ByteBuffer.wrap(frame, at, count * Float.BYTES)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }

    private static void putNibbles(float[] block, int count, double inverse, byte[] frame, int at) {
        for (int i = 0; i < count; i += 2) {
            int low = (int) Math.rint(block[i] * inverse);
            int high = i + 1 < count ? (int) Math.rint(block[i + 1] * inverse) : 0;
            frame[at + i / 2] = (byte) ((high << 4) | (low & 0xF));
        }
    }

    /** To nearest, ties to even; NaN stays NaN. */
    static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    /** {@code value} as it is after encoding and decoding with {@link #BF16}. */
    public static float rounded(float value) {
        return Float.intBitsToFloat(bf16(value) << 16);
    }

    private static float scale(float[] block, int count, int limit) {
        return loops().largest(block, 0, count) / limit;
    }

    /**
     * Decodes values of a frame that begins with a whole block.
     *
     * @param from number of the first value, a multiple of {@link #BLOCK}
     * @param count at most {@link #BLOCK}
     * @param values receives them, from index 0 on
     */
    public void decode(byte[] frame, int from, int count, float[] values) {
        int at = Math.toIntExact(bytes(from));
        switch (this) {
            case FP32 -> floats(frame, at, count).get(values, 0, count);
            case BF16 -> loops().getHalves(frame, at, values, 0, count);
            case INT8 ->
                loops().getBytes(frame, at + Float.BYTES, floats(frame, at, 1).get(), values, 0, count);
            case INT4 ->
                getNibbles(frame, at + Float.BYTES, floats(frame, at, 1).get(), values, count);
        }
    }

    private static void getNibbles(byte[] frame, int at, float scale, float[] values, int count) {
        for (int i = 0; i < count; i++) {
            int pair = frame[at + i / 2];
            values[i] = (i % 2 == 0 ? pair << 28 >> 28 : pair >> 4) * scale;
        }
    }

    /**
     * A vector that travels: the floats themselves under an exact codec, so that nobody copies them to send them, else
     * a frame. The record owns its array. Not compared by {@code equals}.
     *
     * @param count values
     * @param floats all of them; empty unless the codec is exact
     * @param frame all of them; empty if the codec is exact
     */
    public record EncodedVector(Codec codec, int count, float[] floats, byte[] frame) implements Serializable {
        private static final float[] NO_FLOATS = {};
        private static final byte[] NO_FRAME = {};

        /** Encodes values; under an exact codec, takes over the array. */
        public static EncodedVector of(Codec codec, float[] values) {
            return codec.isExact()
                    ? new EncodedVector(codec, values.length, values, NO_FRAME)
                    : ofFrame(codec, values.length, codec.encode(values));
        }

        /** What a frame holds. */
        public static EncodedVector ofFrame(Codec codec, int count, byte[] frame) {
            return new EncodedVector(codec, count, NO_FLOATS, frame);
        }

        /** Without values. */
        public static EncodedVector empty(Codec codec) {
            return new EncodedVector(codec, 0, NO_FLOATS, NO_FRAME);
        }

        /**
         * Decodes some values.
         *
         * @param from number of the first value, a multiple of {@link Codec#BLOCK}
         * @param count at most {@link Codec#BLOCK}
         * @param values receives them, from index 0 on
         */
        public void decode(int from, int count, float[] values) {
            if (codec.isExact()) {
                System.arraycopy(floats, from, values, 0, count);
            } else {
                codec.decode(frame, from, count, values);
            }
        }

        /**
         * Decodes values, as far as there are any, into a new array; {@code from} is a multiple of {@link Codec#BLOCK}.
         */
        public float[] decoded(int from, int to) {
            float[] values = new float[Math.max(0, Math.min(to, count) - from)];
            float[] block = new float[Codec.BLOCK];
            for (int at = 0; at < values.length; at += Codec.BLOCK) {
                int some = Math.min(Codec.BLOCK, values.length - at);
                decode(from + at, some, block);
                System.arraycopy(block, 0, values, at, some);
            }
            return values;
        }

        /** A copy of a range, as far as there is any; both ends are multiples of {@link Codec#BLOCK}, or at the end. */
        public EncodedVector part(int begin, int end) {
            int from = Math.min(begin, count);
            int to = Math.min(end, count);
            return codec.isExact()
                    ? of(codec, Arrays.copyOfRange(floats, from, to))
                    : ofFrame(codec, to - from, Arrays.copyOfRange(frame, (int) codec.bytes(from), (int)
                            codec.bytes(to)));
        }

        /** As many as travel. */
        public long bytes() {
            return codec.bytes(count);
        }
    }
}
