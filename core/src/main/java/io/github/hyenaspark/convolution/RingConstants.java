package io.github.hyenaspark.convolution;

/**
 * The constants of the rings of {@link RingKernel}, computed in double and rounded once, by StrictMath, so that every
 * machine has the same.
 *
 * <p>Turn by turn: a ring x^m = exp(2πi a) has the halves a/2 and a/2 + 1/2, starting from a = 1/4. So ring number n of
 * a level has a = 2^-(level+2) plus the bits of n {@link #mirrored} behind the binary point.
 */
public final class RingConstants {
    private RingConstants() {}

    /** w, w², w³ (re, im, ...) of all rings of a level of 2^level rings, w^4 the ring's. */
    static float[] of(int level) {
        int rings = 1 << level;
        float[] table = new float[6 * rings];
        for (int ring = 0; ring < rings; ring++) {
            double turn = Math.scalb(1.0, -level - 2) + mirrored(ring);
            for (int power = 1; power <= 3; power++) {
                table[6 * ring + 2 * power - 2] = cos(power * turn / 4);
                table[6 * ring + 2 * power - 1] = sin(power * turn / 4);
            }
        }
        return table;
    }

    /** The bits of {@code ring} behind the binary point, the lowest first: 1 is 1/2, 2 is 1/4, 3 is 3/4. */
    static double mirrored(int ring) {
        return Integer.toUnsignedLong(Integer.reverse(ring)) * 0x1p-32;
    }

    static float cos(double turns) {
        return (float) StrictMath.cos(2 * Math.PI * turns);
    }

    static float sin(double turns) {
        return (float) StrictMath.sin(2 * Math.PI * turns);
    }

    /**
     * What a pass multiplies a row by, element by element: element t of the factor is {@code row[t & mask]}, so that a
     * factor of one is a short array read over and over. The row is not copied.
     */
    public record Factor(float[] row, int mask) {
        /** Sixteen ones, as many as the widest vector has lanes; read from its start only. */
        static final Factor ONE = new Factor(new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 0);

        static Factor of(float[] row) {
            return new Factor(row, -1);
        }

        /** {@code output = input ⊙ this}, the first {@code length} elements. */
        void multiply(float[] input, float[] output, int length) {
            if (mask == 0) {
                System.arraycopy(input, 0, output, 0, length);
                return;
            }
            for (int t = 0; t < length; t++) {
                output[t] = input[t] * row[t];
            }
        }
    }
}
