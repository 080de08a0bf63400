package io.github.hyenaspark.convolution;

/**
 * The constants of the rings of {@link RightAngleTransform}, computed in double and rounded once, by StrictMath, so
 * that every machine has the same.
 *
 * <p>Turn by turn: a ring x^m = exp(2πi a) has the halves a/2 and a/2 + 1/2, starting from a = 1/4. So ring number n of
 * a level has a = 2^-(level+2) plus the bits of n {@link #mirrored} behind the binary point.
 */
public final class RingConstants {
    private RingConstants() {}

    /**
     * w, w², w³ (re, im, re, ...) of the rings 0, every, 2 every, ... of a level that has 2^level rings; w^4 is the
     * constant of a ring.
     */
    public static float[] of(int level, int every) {
        int rings = (1 << level) / every;
        float[] table = new float[6 * rings];
        for (int ring = 0; ring < rings; ring++) {
            double turn = Math.scalb(1.0, -level - 2) + mirrored(ring * every);
            for (int power = 1; power <= 3; power++) {
                table[6 * ring + 2 * power - 2] = cos(power * turn / 4);
                table[6 * ring + 2 * power - 1] = sin(power * turn / 4);
            }
        }
        return table;
    }

    /** The bits of {@code ring} behind the binary point, the lowest first: 1 is 1/2, 2 is 1/4, 3 is 3/4. */
    public static double mirrored(int ring) {
        return Integer.toUnsignedLong(Integer.reverse(ring)) * 0x1p-32;
    }

    /** Of an angle in turns. */
    public static float cos(double turns) {
        return (float) StrictMath.cos(2 * Math.PI * turns);
    }

    public static float sin(double turns) {
        return (float) StrictMath.sin(2 * Math.PI * turns);
    }
}
