package io.github.hyenaspark.operator.filter;

import java.util.Arrays;

/**
 * What the filter network sees of a position (section 3.3 of arXiv 2302.10866), as in safari: time from 0 to 1, then
 * cosines, then <em>negative</em> sines, with frequencies from 1e-4 to K−1. The phase divides by M, the time by M−1.
 */
public final class PositionalEncoding {
    private static final double LOWEST_FREQUENCY = 1e-4;

    private PositionalEncoding() {}

    /** τ_i = i/(M−1), in [0, 1]. */
    public static double time(int i, int maxLength) {
        return maxLength > 1 ? (double) i / (maxLength - 1) : 0;
    }

    /** Feature e of position i, of E = 2K+1 features of M positions. */
    public static double feature(int i, int e, int maxLength, int features) {
        if (e == 0) {
            return time(i, maxLength);
        }
        int bands = (features - 1) / 2;
        int k = (e - 1) % bands;
        double phase = 2 * Math.PI * frequency(k, bands) * i / maxLength;
        return e <= bands ? StrictMath.cos(phase) : -StrictMath.sin(phase);
    }

    /** All of them, M×E, row-major. */
    public static double[] features(int maxLength, int features) {
        double[] z = new double[Math.multiplyExact(maxLength, features)];
        Arrays.setAll(z, at -> feature(at / features, at % features, maxLength, features));
        return z;
    }

    private static double frequency(int k, int bands) {
        return bands == 1 ? LOWEST_FREQUENCY : LOWEST_FREQUENCY + k * (bands - 1 - LOWEST_FREQUENCY) / (bands - 1);
    }
}
