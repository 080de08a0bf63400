package io.github.hyenaspark.operator.tensor;

/** Loops over rows of floats that the compiler turns into vector instructions. */
public final class VectorOps {
    private VectorOps() {}

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

    public static void add(float[] x, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += x[i];
        }
    }

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

    public static void add(float value, float[] to, int count) {
        add(value, to, 0, count);
    }

    /** to = to + value, in {@code count} elements from number {@code from} on. */
    public static void add(float value, float[] to, int from, int count) {
        for (int i = from; i < from + count; i++) {
            to[i] += value;
        }
    }

    /** to = x − y; {@code to} may be one of them, here and in the next two. */
    public static void subtract(float[] x, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = x[i] - y[i];
        }
    }

    /** The gradient of a where y = tanh a: to = gradient ⊙ (1 − y²). */
    public static void tanhBackward(float[] gradient, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = gradient[i] * (1f - y[i] * y[i]);
        }
    }

    /** The gradient of a where y = σ(a): to = gradient ⊙ y ⊙ (1 − y). */
    public static void sigmoidBackward(float[] gradient, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = gradient[i] * y[i] * (1f - y[i]);
        }
    }

    /** signs = −1 or 1, the sign of x; 0 where x is 0. */
    static void signs(float[] x, float[] signs, int count) {
        for (int i = 0; i < count; i++) {
            signs[i] = x[i] / (Math.abs(x[i]) + Float.MIN_NORMAL);
        }
    }

    public static void scale(float factor, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] *= factor;
        }
    }

    /** The Taylor polynomial of exp, for the functions of rows that are made of it: coefficients, and Horner's rule. */
    static final class Taylor {
        private Taylor() {}

        /** 1/k!, from k = 0. */
        static float[] coefficients(int degree) {
            float[] coefficients = new float[degree + 1];
            double factorial = 1;
            for (int k = 0; k <= degree; k++) {
                coefficients[k] = (float) (1 / factorial);
                factorial *= k + 1;
            }
            return coefficients;
        }

        /** Four terms, from power {@code k} down: few operations, for the reason that {@link Gelu} gives. */
        static void horner(float[] coefficients, float[] sum, float[] z, int k, int count) {
            float c0 = coefficients[k];
            float c1 = coefficients[k - 1];
            float c2 = coefficients[k - 2];
            float c3 = coefficients[k - 3];
            for (int i = 0; i < count; i++) {
                float s = Math.fma(sum[i], z[i], c0);
                s = Math.fma(s, z[i], c1);
                s = Math.fma(s, z[i], c2);
                sum[i] = Math.fma(s, z[i], c3);
            }
        }
    }
}
