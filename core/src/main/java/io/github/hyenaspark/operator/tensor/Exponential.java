package io.github.hyenaspark.operator.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * exp of differences that are not positive, as softmax needs it: x = n ln 2 + r with |r| ≤ ½ ln 2, the Taylor
 * polynomial of r times 2^n, within 7e-8; below −87 it is exp(−87). For short loops see {@link Gelu}. Bits of floats go
 * through memory seen as floats and as integers, because the compiler does not vectorise conversions.
 */
public final class Exponential {
    private static final float LOWEST = -87f;
    /** Adding it leaves the nearest whole number in the lowest bits. */
    private static final float ROUND = 0x1.8p23f;

    private static final float TURNS = (float) (1 / StrictMath.log(2));
    private static final float LN_2_HIGH = 0x1.62e4p-1f; // 15 bits, so that its multiples are exact
    private static final float LN_2_LOW = (float) (StrictMath.log(2) - LN_2_HIGH);
    private static final int FRACTION_BITS = 23;
    private static final int ONE = Float.floatToRawIntBits(1f);
    /** Elements that are worked on together: long enough for the loops, short enough for the first-level cache. */
    public static final int LANES = 1024;

    private final FloatBuffer floats;
    private final IntBuffer integers;
    private final float[] x = new float[LANES];
    private final float[] rounded = new float[LANES];
    private final float[] series = new float[LANES];
    private final int[] power = new int[LANES];

    public Exponential() {
        ByteBuffer memory = ByteBuffer.allocateDirect(LANES * Float.BYTES).order(ByteOrder.nativeOrder());
        floats = memory.asFloatBuffer();
        integers = memory.asIntBuffer();
    }

    /** Replaces {@code row} by exp(row − largest); no difference may be positive beyond rounding. */
    public void ofDifferences(float[] row, float[] largest, int count) {
        differences(row, largest, count);
        for (int at = 0; at < count; at += LANES) {
            int part = Math.min(LANES, count - at);
            System.arraycopy(row, at, x, 0, part);
            exponentials(part);
            System.arraycopy(x, 0, row, at, part);
        }
    }

    private void exponentials(int count) {
        round(x, rounded, count);
        floats.put(0, rounded, 0, count);
        integers.get(0, power, 0, count);
        powersOfTwo(power, count);
        integers.put(0, power, 0, count);
        remainders(rounded, x, count);
        series(x, series, count);
        finishSeries(x, series, count);
        floats.get(0, x, 0, count);
        VectorOps.multiply(x, series, x, count);
    }

    private static void differences(float[] row, float[] largest, int count) {
        for (int t = 0; t < count; t++) {
            row[t] = Math.max(LOWEST, row[t] - largest[t]);
        }
    }

    private static void round(float[] x, float[] rounded, int count) {
        for (int t = 0; t < count; t++) {
            rounded[t] = Math.fma(x[t], TURNS, ROUND);
        }
    }

    /** From the bits of n + ROUND to those of 2^n. */
    private static void powersOfTwo(int[] bits, int count) {
        for (int t = 0; t < count; t++) {
            bits[t] = (bits[t] << FRACTION_BITS) + ONE;
        }
    }

    private static void remainders(float[] rounded, float[] x, int count) {
        for (int t = 0; t < count; t++) {
            float n = rounded[t] - ROUND;
            x[t] = Math.fma(-LN_2_LOW, n, Math.fma(-LN_2_HIGH, n, x[t]));
        }
    }

    /** 1/3! + r/4! + r²/5! + r³/6! + r⁴/7!. */
    private static void series(float[] r, float[] sum, int count) {
        for (int t = 0; t < count; t++) {
            float p = Math.fma(r[t], 1f / 5040, 1f / 720);
            p = Math.fma(r[t], p, 1f / 120);
            p = Math.fma(r[t], p, 1f / 24);
            sum[t] = Math.fma(r[t], p, 1f / 6);
        }
    }

    private static void finishSeries(float[] r, float[] sum, int count) {
        for (int t = 0; t < count; t++) {
            float p = Math.fma(r[t], sum[t], 0.5f);
            p = Math.fma(r[t], p, 1f);
            sum[t] = Math.fma(r[t], p, 1f);
        }
    }
}
