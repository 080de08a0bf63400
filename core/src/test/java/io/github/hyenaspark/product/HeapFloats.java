package io.github.hyenaspark.product;

import io.github.hyenaspark.product.Operand.Floats;
import java.util.Random;

/** Floats on the heap, for tests. */
public record HeapFloats(float[] values) implements Floats {
    static HeapFloats random(int length, Random random) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new HeapFloats(values);
    }

    HeapFloats copy() {
        return new HeapFloats(values.clone());
    }

    @Override
    public long length() {
        return values.length;
    }

    @Override
    public void read(long from, float[] to, int at, int count) {
        System.arraycopy(values, Math.toIntExact(from), to, at, count);
    }

    @Override
    public void write(long to, float[] source, int at, int count) {
        System.arraycopy(source, at, values, Math.toIntExact(to), count);
    }
}
