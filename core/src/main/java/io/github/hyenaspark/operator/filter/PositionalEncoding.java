package io.github.hyenaspark.operator.filter;

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

    /** z, M×E, row-major, for E = 2K+1 features of M positions. */
    public static double[] features(int maxLength, int features) {
        int bands = (features - 1) / 2;
        double[] z = new double[Math.multiplyExact(maxLength, features)];
        for (int i = 0; i < maxLength; i++) {
            int row = i * features;
            z[row] = time(i, maxLength);
            for (int k = 0; k < bands; k++) {
                double phase = 2 * Math.PI * frequency(k, bands) * i / maxLength;
                z[row + 1 + k] = StrictMath.cos(phase);
                z[row + 1 + bands + k] = -StrictMath.sin(phase);
            }
        }
        return z;
    }

    private static double frequency(int k, int bands) {
        return bands == 1 ? LOWEST_FREQUENCY : LOWEST_FREQUENCY + k * (bands - 1 - LOWEST_FREQUENCY) / (bands - 1);
    }
}
