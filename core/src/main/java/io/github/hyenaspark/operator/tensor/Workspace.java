package io.github.hyenaspark.operator.tensor;

import io.github.hyenaspark.convolution.LongConvolution;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Memory that one member of a {@link ComputePool} works in, kept from step to step and shared by all layers of a model,
 * so that a step allocates nothing of the size of its data. What a {@link Slot} holds is garbage from an earlier use
 * and lasts until somebody asks for the same slot: code that runs inside other code needs slots of its own.
 */
public final class Workspace {
    private final Map<Slot<?>, Object> memory = new HashMap<>();
    public final Gelu gelu = new Gelu();
    public final Sine sine = new Sine();
    public final Exponential exponential = new Exponential();
    public final SigmoidTanh sigmoidTanh = new SigmoidTanh();
    public final Sums sums = new Sums();
    final Sums.ByHalves rowSums = new Sums.ByHalves();
    private LongConvolution convolution = LongConvolution.ofLength(1);

    /**
     * The right to one piece of memory in every workspace. A class holds its slots as constants, so that all its
     * instances share the memory and nobody else reaches it; {@code family} equals only itself.
     */
    public record Slot<T>(Class<T> type, Object family, int number) {
        private static <T> Slot<T> of(Class<T> type) {
            return new Slot<>(type, new Object(), 0);
        }

        public static Slot<float[]> row() {
            return of(float[].class);
        }

        public static Slot<float[][]> rows() {
            return of(float[][].class);
        }

        public static Slot<double[]> sums() {
            return of(double[].class);
        }

        public static Slot<FloatArray> array() {
            return of(FloatArray.class);
        }

        /** One of many slots of the same use, {@code number} of them from 0 on; this slot is number 0. */
        public Slot<T> at(int number) {
            return new Slot<>(type, family, number);
        }
    }

    private <T> @Nullable T held(Slot<T> slot) {
        return slot.type().cast(memory.get(slot));
    }

    public float[] row(Slot<float[]> slot, int length) {
        float[] found = held(slot);
        if (found == null || found.length < length) {
            found = new float[length];
            memory.put(slot, found);
        }
        return found;
    }

    /** At least {@code number} rows of at least {@code length} floats. */
    public float[][] rows(Slot<float[][]> slot, int number, int length) {
        float[][] found = held(slot);
        if (found == null || found.length < number || (number > 0 && found[0].length < length)) {
            int longest = found == null || found.length == 0 ? length : Math.max(length, found[0].length);
            found = new float[found == null ? number : Math.max(number, found.length)][longest];
            memory.put(slot, found);
        }
        return found;
    }

    /** Exactly {@code length} sums, all zero. */
    public double[] zeros(Slot<double[]> slot, int length) {
        double[] found = held(slot);
        if (found == null || found.length != length) {
            found = new double[length];
            memory.put(slot, found);
        }
        Arrays.fill(found, 0);
        return found;
    }

    public FloatArray array(Slot<FloatArray> slot, long length) {
        FloatArray held = held(slot);
        FloatArray found = held == null ? FloatArray.allocate(length) : held.atLeast(length);
        memory.put(slot, found);
        return found;
    }

    public LongConvolution convolution(int length) {
        if (convolution.length() != length) {
            convolution = LongConvolution.ofLength(length);
        }
        return convolution;
    }
}
