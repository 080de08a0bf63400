package io.github.hyenaspark.operator;

import java.util.Arrays;

/**
 * Sums over long rows: in 256 float lanes, which the compiler turns into vector instructions, and the lanes in double.
 * A lane adds every 256th element, so that a row of a million loses no more than a row of four thousand in one float.
 */
final class Sums {
    private static final int LANES = 256;

    private final float[] lanes = new float[LANES];

    /** Σ row[i]. */
    double of(float[] row, int count) {
        Arrays.fill(lanes, 0f);
        int at = 0;
        for (; at + LANES <= count; at += LANES) {
            add(row, at, lanes);
        }
        double sum = sumOfLanes();
        for (; at < count; at++) {
            sum += row[at];
        }
        return sum;
    }

    /** Σ x[i] · y[i]. */
    double ofProducts(float[] x, float[] y, int count) {
        Arrays.fill(lanes, 0f);
        int at = 0;
        for (; at + LANES <= count; at += LANES) {
            addProducts(x, y, at, lanes);
        }
        double sum = sumOfLanes();
        for (; at < count; at++) {
            sum += (double) x[at] * y[at];
        }
        return sum;
    }

    /** Σ row[i] in double, for a row that already is a lane of a sum. */
    static double ofLanes(float[] row, int count) {
        double a = 0;
        double b = 0;
        int i = 0;
        for (; i + 2 <= count; i += 2) {
            a += row[i];
            b += row[i + 1];
        }
        return i < count ? a + b + row[i] : a + b;
    }

    /** Two halvings before the slow additions in double. */
    private double sumOfLanes() {
        fold(lanes, LANES / 2);
        fold(lanes, LANES / 4);
        return ofLanes(lanes, LANES / 4);
    }

    private static void fold(float[] lanes, int half) {
        for (int i = 0; i < half; i++) {
            lanes[i] += lanes[half + i];
        }
    }

    private static void add(float[] row, int at, float[] lanes) {
        for (int i = 0; i < LANES; i++) {
            lanes[i] += row[at + i];
        }
    }

    private static void addProducts(float[] x, float[] y, int at, float[] lanes) {
        for (int i = 0; i < LANES; i++) {
            lanes[i] += x[at + i] * y[at + i];
        }
    }
}
