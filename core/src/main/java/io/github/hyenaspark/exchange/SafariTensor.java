package io.github.hyenaspark.exchange;

import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.model.ParameterEntry;
import java.util.Arrays;

/** One tensor of safari's state dict, and where its elements come from. */
sealed interface SafariTensor {
    /** Its name there. */
    String name();

    /** Its dimensions there, row-major. */
    long[] shape();

    /** The tensor of a model with the parameters θ. */
    Tensor tensor(float[] theta);

    /**
     * A parameter of ours, under one of perhaps several names. If safari's has more elements, the others are unused
     * there, and zero here.
     *
     * @param entry where it is in θ
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

    /**
     * What is computed once from the settings and never trained.
     *
     * @param values every element
     */
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

    /** What is there but decides nothing: zeros. */
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
