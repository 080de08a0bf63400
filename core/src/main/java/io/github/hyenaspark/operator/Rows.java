package io.github.hyenaspark.operator;

/** Loops over one row of floats; sums are in double, in four parts, so that long rows lose nothing. */
final class Rows {
    private Rows() {}

    static double sum(float[] row, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            a += row[i];
            b += row[i + 1];
            c += row[i + 2];
            d += row[i + 3];
        }
        for (; i < count; i++) {
            a += row[i];
        }
        return (a + b) + (c + d);
    }

    /** Σ x[xAt + i] · y[yAt + i] for i below {@code count}; 0 if it is negative. */
    static double dot(float[] x, int xAt, float[] y, int yAt, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            a += (double) x[xAt + i] * y[yAt + i];
            b += (double) x[xAt + i + 1] * y[yAt + i + 1];
            c += (double) x[xAt + i + 2] * y[yAt + i + 2];
            d += (double) x[xAt + i + 3] * y[yAt + i + 3];
        }
        for (; i < count; i++) {
            a += (double) x[xAt + i] * y[yAt + i];
        }
        return (a + b) + (c + d);
    }

    /** to = x ⊙ y. */
    static void multiply(float[] x, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = x[i] * y[i];
        }
    }

    /** to = to + x. */
    static void add(float[] x, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += x[i];
        }
    }

    /** to = to + factor · x. */
    static void add(float factor, float[] x, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += factor * x[i];
        }
    }

    /** to = to + value. */
    static void add(float value, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] += value;
        }
    }
}
