package io.github.hyenaspark.jobs.spark.session;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Carries arrays of floats through Kryo by copying memory: Kryo's own goes float by float, byte by byte. */
final class FloatsSerializer extends Serializer<float[]> {
    private static final int FLOATS_AT_ONCE = 1 << 14;

    FloatsSerializer() {
        super(false, false); // no nulls; an array is not immutable
    }

    private static byte[] buffer(int floats) {
        return new byte[Math.min(floats, FLOATS_AT_ONCE) * Float.BYTES];
    }

    private static FloatBuffer floats(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    @Override
    public void write(Kryo kryo, Output output, float[] values) {
        output.writeVarInt(values.length, true);
        byte[] bytes = buffer(values.length);
        for (int from = 0; from < values.length; from += FLOATS_AT_ONCE) {
            int count = Math.min(FLOATS_AT_ONCE, values.length - from);
            floats(bytes).put(values, from, count);
            output.writeBytes(bytes, 0, count * Float.BYTES);
        }
    }

    @Override
    public float[] read(Kryo kryo, Input input, Class<float[]> type) {
        float[] values = new float[input.readVarInt(true)];
        byte[] bytes = buffer(values.length);
        for (int from = 0; from < values.length; from += FLOATS_AT_ONCE) {
            int count = Math.min(FLOATS_AT_ONCE, values.length - from);
            input.readBytes(bytes, 0, count * Float.BYTES);
            floats(bytes).get(values, from, count);
        }
        return values;
    }
}
