package io.github.hyenaspark.operator.tensor;

import io.github.hyenaspark.convolution.LongConvolution;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Memory that one member of a {@link ComputePool} works in, kept from step to step and shared by all parts of a model,
 * so that a step allocates nothing of the size of its data. What lies under a name is garbage from an earlier use and
 * lasts until the next part asks for the same name; parts that run one inside the other use different names.
 */
public final class Workspace {
    private final Map<String, float[][]> rows = new HashMap<>();
    private final Map<String, double[]> zeros = new HashMap<>();
    private final Map<String, FloatArray> arrays = new HashMap<>();
    private final Gelu gelu = new Gelu();
    private final Sine sine = new Sine();
    private final Exponential exponential = new Exponential();
    private final SigmoidTanh squash = new SigmoidTanh();
    private final Sums sums = new Sums();
    private FloatArray ones = FloatArray.allocate(0);
    private LongConvolution convolution = LongConvolution.ofLength(1);

    /** At least {@code length} floats. */
    public float[] row(String name, int length) {
        return rows(name, 1, length)[0];
    }

    /** At least {@code number} rows of at least {@code length} floats. */
    public float[][] rows(String name, int number, int length) {
        float[][] found = rows.get(name);
        if (found == null || found.length < number || (number > 0 && found[0].length < length)) {
            int longest = found == null || found.length == 0 ? length : Math.max(length, found[0].length);
            found = new float[found == null ? number : Math.max(number, found.length)][longest];
            rows.put(name, found);
        }
        return found;
    }

    /** Exactly {@code length} zeros. */
    public double[] zeros(String name, int length) {
        double[] found = zeros.get(name);
        if (found == null || found.length != length) {
            found = new double[length];
            zeros.put(name, found);
        }
        Arrays.fill(found, 0);
        return found;
    }

    /** At least {@code length} floats outside the heap. */
    public FloatArray array(String name, long length) {
        FloatArray found =
                arrays.computeIfAbsent(name, key -> FloatArray.allocate(0)).atLeast(length);
        arrays.put(name, found);
        return found;
    }

    /** At least {@code length} ones outside the heap. */
    FloatArray ones(int length) {
        if (ones.length() < length) {
            float[] row = new float[length];
            Arrays.fill(row, 1f);
            ones = FloatArray.copyOf(row);
        }
        return ones;
    }

    /** A plan for rows of {@code length}. */
    public LongConvolution convolution(int length) {
        if (convolution.length() != length) {
            convolution = LongConvolution.ofLength(length);
        }
        return convolution;
    }

    public Gelu gelu() {
        return gelu;
    }

    public Sine sine() {
        return sine;
    }

    public Exponential exponential() {
        return exponential;
    }

    public SigmoidTanh squash() {
        return squash;
    }

    public Sums sums() {
        return sums;
    }
}
