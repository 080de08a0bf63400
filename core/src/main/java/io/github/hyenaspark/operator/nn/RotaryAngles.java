package io.github.hyenaspark.operator.nn;

import io.github.hyenaspark.operator.tensor.Tile;

/**
 * Cosines and sines of t·θ_i, θ_i = 10000^(−2i/n): position t in n channels, two for each i, which rotary positions
 * rotate (arXiv 2104.09864, section 3.2.2) and sinusoidal ones add (arXiv 1706.03762, section 3.5). The first steps are
 * tabulated; the others are sums of angles, in float from an angle in double.
 */
public final class RotaryAngles {
    private static final double BASE = 10000;

    private final int channels;
    private final float[][] cosines; // pairs × Tile.LENGTH
    private final float[][] sines;

    public RotaryAngles(int channels) {
        this.channels = channels;
        int pairs = (channels + 1) / 2;
        cosines = new float[pairs][Tile.LENGTH];
        sines = new float[pairs][Tile.LENGTH];
        for (int pair = 0; pair < pairs; pair++) {
            for (int t = 0; t < Tile.LENGTH; t++) {
                double angle = angle(pair, t, channels);
                cosines[pair][t] = (float) StrictMath.cos(angle);
                sines[pair][t] = (float) StrictMath.sin(angle);
            }
        }
    }

    /** t·θ_i of {@code channels} channels. */
    public static double angle(int pair, int t, int channels) {
        return t * StrictMath.pow(BASE, -2.0 * pair / channels);
    }

    public int pairs() {
        return cosines.length;
    }

    /** Writes the cosines and sines of {@code count} steps from {@code from} on, at most those of a tile. */
    public void write(int pair, int from, int count, float[] cosine, float[] sine) {
        double first = angle(pair, from, channels);
        float c = (float) StrictMath.cos(first);
        float s = (float) StrictMath.sin(first);
        combine(c, -s, cosines[pair], sines[pair], cosine, count);
        combine(s, c, cosines[pair], sines[pair], sine, count);
    }

    private static void combine(float a, float b, float[] x, float[] y, float[] to, int count) {
        for (int i = 0; i < count; i++) {
            to[i] = a * x[i] + b * y[i];
        }
    }
}
