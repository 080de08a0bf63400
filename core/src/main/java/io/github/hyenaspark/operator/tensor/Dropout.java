package io.github.hyenaspark.operator.tensor;

import io.github.hyenaspark.io.SplitMix64;

/** Which elements training sets to zero, a pure function of seed and place; the others are divided by 1−rate. */
public record Dropout(long seed, boolean active) {
    public static final Dropout OFF = new Dropout(0, false);

    /** Another independent choice of elements, for the part called {@code part}. */
    public Dropout named(String part) {
        return new Dropout(SplitMix64.mix(seed ^ part.hashCode()), active);
    }

    /** Drops from the first {@code count} elements of row number {@code row}. */
    public void apply(double rate, long row, float[] values, int count) {
        apply(rate, row, 0, values, count);
    }

    /** The same for elements {@code from} and following of the row. */
    void apply(double rate, long row, int from, float[] values, int count) {
        if (!active || rate == 0) {
            return;
        }
        float kept = (float) (1 / (1 - rate));
        for (int i = 0; i < count; i++) {
            values[i] *= keeps(rate, row, from + i) ? kept : 0f;
        }
    }

    /** The same for the reference form. */
    public void apply(double rate, long row, double[] values, int from, int count) {
        if (!active || rate == 0) {
            return;
        }
        for (int i = 0; i < count; i++) {
            values[from + i] *= keeps(rate, row, i) ? 1 / (1 - rate) : 0;
        }
    }

    private boolean keeps(double rate, long row, int i) {
        return (SplitMix64.mix(seed + SplitMix64.GOLDEN_GAMMA * (row << 32 ^ i)) >>> 11) * 0x1.0p-53 >= rate;
    }
}
