package io.github.hyenaspark.operator.tensor;

import java.util.Arrays;

/**
 * Sines and cosines of ω x for a row of x: ω x = nπ + r with |r| ≤ π/2, then the Taylor polynomials of r in double,
 * within 1e-12 for products up to 1e7, beyond which multiples of π are not exact. For short loops see {@link Gelu}.
 */
public final class Sine {
    /** Adding and subtracting it rounds to a whole number. */
    private static final double ROUND = 0x1.8p52;

    private static final double PI_HIGH = 0x1.921fb544p1; // 31 bits, so that its multiples are exact
    private static final double PI_LOW = 0x1.0b4611a626331p-33;
    private static final double[] SINE = taylor(1);
    private static final double[] COSINE = taylor(0);

    private double[] halfTurns = {};
    private double[] sign = {};
    private double[] r = {};
    private double[] square = {};
    private double[] series = {};

    /** Writes sin(ω x) to {@code sines}, which may be {@code row}. */
    public void sines(float omega, float[] row, float[] sines, int count) {
        reduce(omega, row, count);
        sum(SINE, count);
        product(r, series, count);
        signed(sign, series, sines, count);
    }

    /** Writes sin(ω x) and cos(ω x); {@code sines} may be {@code row}. */
    public void sinesAndCosines(float omega, float[] row, float[] sines, float[] cosines, int count) {
        sines(omega, row, sines, count);
        sum(COSINE, count);
        signed(sign, series, cosines, count);
    }

    private void reduce(float omega, float[] row, int count) {
        if (r.length < count) {
            halfTurns = new double[count];
            sign = new double[count];
            r = new double[count];
            square = new double[count];
            series = new double[count];
        }
        scale(omega, row, r, count);
        halfTurns(r, halfTurns, count);
        remainder(halfTurns, r, count);
        parity(halfTurns, sign, count);
        for (int i = 0; i < count; i++) {
            square[i] = r[i] * r[i];
        }
    }

    private static void scale(double omega, float[] row, double[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = omega * row[i];
        }
    }

    private static void halfTurns(double[] x, double[] n, int count) {
        for (int i = 0; i < count; i++) {
            n[i] = x[i] * (1 / Math.PI) + ROUND - ROUND;
        }
    }

    private static void remainder(double[] n, double[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = x[i] - n[i] * PI_HIGH - n[i] * PI_LOW;
        }
    }

    /** (−1)^n. */
    private static void parity(double[] n, double[] sign, int count) {
        for (int i = 0; i < count; i++) {
            sign[i] = n[i] * 0.5 + ROUND - ROUND;
        }
        for (int i = 0; i < count; i++) {
            sign[i] = n[i] - 2 * sign[i];
        }
        for (int i = 0; i < count; i++) {
            sign[i] = 1 - 2 * sign[i] * sign[i];
        }
    }

    /** Horner's rule in r², two coefficients at a time. */
    private void sum(double[] coefficients, int count) {
        Arrays.fill(series, 0, count, coefficients[8]);
        for (int k = 7; k > 0; k -= 2) {
            horner(series, square, coefficients[k], coefficients[k - 1], count);
        }
    }

    private static void horner(double[] sum, double[] square, double higher, double lower, int count) {
        for (int i = 0; i < count; i++) {
            double p = Math.fma(sum[i], square[i], higher);
            sum[i] = Math.fma(p, square[i], lower);
        }
    }

    private static void product(double[] factor, double[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] *= factor[i];
        }
    }

    private static void signed(double[] sign, double[] values, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = (float) (sign[i] * values[i]);
        }
    }

    /** ±1/(2k + first)!. */
    private static double[] taylor(int first) {
        double[] coefficients = new double[9];
        double coefficient = 1;
        for (int k = 0; k < coefficients.length; k++) {
            coefficients[k] = coefficient;
            coefficient /= -(2.0 * k + first + 1) * (2.0 * k + first + 2);
        }
        return coefficients;
    }
}
