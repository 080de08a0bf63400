package io.github.hyenaspark.exchange;

import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.model.ParameterEntry;
import java.util.Arrays;

/** A tensor of safari's state dict and the source of its elements. */
sealed interface SafariTensor {
    String name();

    /** Row-major. */
    long[] shape();

    /** The tensor of a model with parameters θ. */
    Tensor tensor(float[] theta);

    /**
     * One of our parameters under one of its names. If safari's tensor has more elements, safari does not use them, and
     * they are zero here.
     */
    record Parameter(String name, long[] shape, ParameterEntry entry) implements SafariTensor {
        @Override
        public Tensor tensor(float[] theta) {
            int offset = Math.toIntExact(entry.offset());
            int size = Math.toIntExact(entry.size());
            int elements = Math.toIntExact(elementsOf(shape));
            if (elements == size) {
                return new Tensor(name, shape, theta, offset);
            }
            return new Tensor(
                    name, shape, Arrays.copyOf(Arrays.copyOfRange(theta, offset, offset + size), elements), 0);
        }
    }

    /** Computed from the settings and never trained. */
    record Constant(String name, long[] shape, double[] values) implements SafariTensor {
        @Override
        public Tensor tensor(float[] theta) {
            float[] rounded = new float[values.length];
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = (float) values[i];
            }
            return new Tensor(name, shape, rounded, 0);
        }
    }

    /** Without effect: zeros. */
    record Unused(String name, long[] shape) implements SafariTensor {
        @Override
        public Tensor tensor(float[] theta) {
            return new Tensor(name, shape, new float[Math.toIntExact(elementsOf(shape))], 0);
        }
    }

    private static long elementsOf(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }
}
