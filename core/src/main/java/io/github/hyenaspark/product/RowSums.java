package io.github.hyenaspark.product;

import java.util.Arrays;

/**
 * Sums of rows in an order of their own: blocks of {@value Panels#DEPTH} elements, the last one filled up with zeros;
 * of a block the second half is added to the first until one element is left, in float; the sums of the blocks are
 * added in double, in ascending order. No sum depends on lanes, and errors stay those of nine additions.
 */
public final class RowSums {
    private static final int BLOCK = Panels.DEPTH;

    private final float[] block = new float[BLOCK];
    private final float[] half = new float[BLOCK / 2];

    /** The sum of the {@code count} elements of {@code values} from {@code from} on. */
    public double of(Floats values, long from, int count) {
        double sum = 0;
        for (int at = 0; at < count; at += BLOCK) {
            int length = Math.min(BLOCK, count - at);
            values.read(from + at, block, 0, length);
            Arrays.fill(block, length, BLOCK, 0f);
            sum += ofBlock();
        }
        return sum;
    }

    private float ofBlock() {
        for (int count = BLOCK / 2; count > 0; count /= 2) {
            System.arraycopy(block, count, half, 0, count);
            for (int i = 0; i < count; i++) {
                block[i] += half[i];
            }
        }
        return block[0];
    }
}
