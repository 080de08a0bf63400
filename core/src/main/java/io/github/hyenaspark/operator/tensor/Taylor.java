package io.github.hyenaspark.operator.tensor;

/** The Taylor polynomial of exp, for the functions of rows that are made of it: coefficients, and Horner's rule. */
final class Taylor {
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
