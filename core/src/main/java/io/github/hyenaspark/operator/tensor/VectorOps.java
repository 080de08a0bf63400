package io.github.hyenaspark.operator.tensor;

/** Loops over rows of floats that the compiler turns into vector instructions. */
public final class VectorOps {
    private VectorOps() {}

    /** to = x ⊙ y. */
    public static void multiply(float[] x, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = x[i] * y[i];
        }
    }

    /** to = factor ⊙ (x − y). */
    public static void multiplyDifference(float[] factor, float[] x, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = factor[i] * (x[i] - y[i]);
        }
    }

    /** to = to + x. */
    public static void add(float[] x, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += x[i];
        }
    }

    /** to = to + x ⊙ y. */
    public static void addProduct(float[] x, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += x[i] * y[i];
        }
    }

    /** to = to + factor · x. */
    public static void add(float factor, float[] x, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += factor * x[i];
        }
    }

    /** to = to + x, in double. */
    public static void add(float[] x, double[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += x[i];
        }
    }

    /** to = the larger of x and to. */
    public static void largest(float[] x, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = Math.max(to[i], x[i]);
        }
    }

    /** to = constant + factor · x. */
    public static void set(float constant, float factor, float[] x, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = constant + factor * x[i];
        }
    }

    /** to = to + value. */
    public static void add(float value, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += value;
        }
    }

    /** signs = −1 or 1, the sign of x; 0 where x is 0. */
    static void signs(float[] x, float[] signs, int count) {
        for (int i = 0; i < count; i++) {
            signs[i] = x[i] / (Math.abs(x[i]) + Float.MIN_NORMAL);
        }
    }

    /** to = factor · to. */
    public static void scale(float factor, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] *= factor;
        }
    }
}
