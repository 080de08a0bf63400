package io.github.hyenaspark.operator;

/**
 * exp of differences that are not positive, as softmax needs it: a Taylor polynomial of exp(x/1024), squared ten times,
 * within 1e-10; below −87, near the end of floats, it is exp(−87). Worked out in double; loops are short for the reason
 * that {@link Gelu} gives.
 */
final class Exponential {
    private static final float LOWEST = -87f;
    private static final double STEP = 1.0 / 1024;

    private double[] x = {};
    private double[] power = {};

    /** Replaces {@code row} by exp(row − largest); no difference may be positive. */
    void ofDifferences(float[] row, float[] largest, int count) {
        if (x.length < count) {
            x = new double[count];
            power = new double[count];
        }
        differences(row, largest, count);
        widen(row, x, count);
        series(x, power, count);
        finishSeries(x, power, count);
        squareFiveTimes(power, count);
        squareFiveTimes(power, count);
        for (int t = 0; t < count; t++) {
            row[t] = (float) power[t];
        }
    }

    private static void differences(float[] row, float[] largest, int count) {
        for (int t = 0; t < count; t++) {
            row[t] = Math.max(LOWEST, row[t] - largest[t]);
        }
    }

    private static void widen(float[] row, double[] x, int count) {
        for (int t = 0; t < count; t++) {
            x[t] = row[t];
        }
    }

    /** 1/3! + y/4! + y²/5! + y³/6! + y⁴/7!, y = x/1024. */
    private static void series(double[] x, double[] power, int count) {
        for (int t = 0; t < count; t++) {
            x[t] *= STEP;
        }
        for (int t = 0; t < count; t++) {
            double p = Math.fma(x[t], 1.0 / 5040, 1.0 / 720);
            p = Math.fma(x[t], p, 1.0 / 120);
            p = Math.fma(x[t], p, 1.0 / 24);
            power[t] = Math.fma(x[t], p, 1.0 / 6);
        }
    }

    private static void finishSeries(double[] x, double[] power, int count) {
        for (int t = 0; t < count; t++) {
            double p = Math.fma(x[t], power[t], 0.5);
            p = Math.fma(x[t], p, 1);
            power[t] = Math.fma(x[t], p, 1);
        }
    }

    private static void squareFiveTimes(double[] power, int count) {
        for (int t = 0; t < count; t++) {
            double square = power[t] * power[t];
            square *= square;
            square *= square;
            square *= square;
            power[t] = square * square;
        }
    }
}
