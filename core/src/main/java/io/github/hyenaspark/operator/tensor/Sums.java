package io.github.hyenaspark.operator.tensor;

import io.github.hyenaspark.product.Operand.Floats;
import io.github.hyenaspark.product.Panels;
import java.util.Arrays;

/**
 * Sums over long rows, in 256 float lanes that are added in double, so that a row of a million loses no more than one
 * of four thousand. Blocks are copied first because the compiler vectorises only loops over arrays from the same index.
 */
public final class Sums {
    private static final int LANES = 256;

    private final float[] lanes = new float[LANES];
    private final float[] block = new float[LANES];
    private final float[] otherBlock = new float[LANES];

    public double of(float[] row, int count) {
        int whole = count - count % LANES;
        double sum = 0;
        if (whole > 0) {
            Arrays.fill(lanes, 0f);
            for (int at = 0; at < whole; at += LANES) {
                System.arraycopy(row, at, block, 0, LANES);
                VectorOps.add(block, lanes, LANES);
            }
            sum = sumOfLanes();
        }
        for (int at = whole; at < count; at++) {
            sum += row[at];
        }
        return sum;
    }

    public double ofProducts(float[] x, float[] y, int count) {
        int whole = count - count % LANES;
        double sum = 0;
        if (whole > 0) {
            Arrays.fill(lanes, 0f);
            for (int at = 0; at < whole; at += LANES) {
                System.arraycopy(x, at, block, 0, LANES);
                System.arraycopy(y, at, otherBlock, 0, LANES);
                VectorOps.addProduct(block, otherBlock, lanes, LANES);
            }
            sum = sumOfLanes();
        }
        for (int at = whole; at < count; at++) {
            sum += (double) x[at] * y[at];
        }
        return sum;
    }

    /** Σ row[i] in double, for a row that already is a lane of a sum. */
    private static double ofLanes(float[] row, int count) {
        double a = 0;
        double b = 0;
        int i = 0;
        for (; i + 2 <= count; i += 2) {
            a += row[i];
            b += row[i + 1];
        }
        return i < count ? a + b + row[i] : a + b;
    }

    /** Two halvings before the slow additions in double. */
    private double sumOfLanes() {
        for (int half = LANES / 2; half >= LANES / 4; half /= 2) {
            System.arraycopy(lanes, half, block, 0, half);
            VectorOps.add(block, lanes, half);
        }
        return ofLanes(lanes, LANES / 4);
    }

    /**
     * Sums of rows in an order of their own: blocks of {@value Panels#DEPTH} elements, the last one filled up with
     * zeros; of a block the second half is added to the first until one element is left, in float; the sums of the
     * blocks are added in double, in ascending order. No sum depends on lanes, and errors stay those of nine additions.
     */
    static final class ByHalves {
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
}
