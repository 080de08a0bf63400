package io.github.hyenaspark.train.codec;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A vector that travels: the floats themselves under an exact codec, so that nobody copies them to send them, else a
 * frame. The record owns its array. Not compared by {@code equals}.
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

    /** Decodes values, as far as there are any, into a new array; {@code from} is a multiple of {@link Codec#BLOCK}. */
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
                : ofFrame(codec, to - from, Arrays.copyOfRange(frame, (int) codec.bytes(from), (int) codec.bytes(to)));
    }

    /** As many as travel. */
    public long bytes() {
        return codec.bytes(count);
    }
}
