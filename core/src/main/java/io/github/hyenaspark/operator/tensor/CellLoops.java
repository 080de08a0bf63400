package io.github.hyenaspark.operator.tensor;

/** Loops over rows that only recurrent cells need; {@code to} may be any of the others. */
public final class CellLoops {
    private CellLoops() {}

    /** to = x − y. */
    public static void difference(float[] x, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = x[i] - y[i];
        }
    }

    /** The gradient of a where y = tanh a: to = gradient ⊙ (1 − y²). */
    public static void ofTanh(float[] gradient, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = gradient[i] * (1f - y[i] * y[i]);
        }
    }

    /** The gradient of a where y = σ(a): to = gradient ⊙ y ⊙ (1 − y). */
    public static void ofLogistic(float[] gradient, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = gradient[i] * y[i] * (1f - y[i]);
        }
    }
}
