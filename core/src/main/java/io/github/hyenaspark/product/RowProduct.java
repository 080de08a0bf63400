package io.github.hyenaspark.product;

/**
 * One row times a matrix whose columns lie without gaps, as a generated token meets weights: eight sums at once in
 * plain Java, because packing would cost more than it saves where every element is used once. Gives the bits of
 * {@link Product}.
 */
final class RowProduct {
    private static final int SUMS = 8;

    private final float[] row = new float[Panels.DEPTH];
    private final float[] factors = new float[SUMS * Panels.LEFT_PITCH];
    private final float[] sums = new float[SUMS];
    private final float[] result = new float[Panels.MOST_COLUMNS];

    /** C = A B or C + A B, of one row; B is stored as its transpose. */
    void multiply(Operand a, Operand b, Operand c, boolean add) {
        for (int from = 0; from < c.columns(); from += Panels.MOST_COLUMNS) {
            int columns = Math.min(Panels.MOST_COLUMNS, c.columns() - from);
            if (add) {
                c.read(0, from, result, 0, columns);
            }
            for (int k = 0; k == 0 || k < a.columns(); k += Panels.DEPTH) {
                int depth = Math.min(Panels.DEPTH, a.columns() - k);
                readRow(a, k, depth);
                for (int j = 0; j < columns; j += SUMS) {
                    int number = Math.min(SUMS, columns - j);
                    for (int r = 0; r < number; r++) {
                        b.read(from + j + r, k, factors, r * Panels.LEFT_PITCH, depth);
                    }
                    chains(depth);
                    for (int r = 0; r < number; r++) {
                        result[j + r] = add || k > 0 ? result[j + r] + sums[r] : sums[r];
                    }
                }
            }
            c.write(0, from, result, 0, columns);
        }
    }

    private void readRow(Operand a, int from, int depth) {
        if (a.transposed()) {
            for (int k = 0; k < depth; k++) {
                a.read(from + k, 0, row, k, 1);
            }
        } else {
            a.read(0, from, row, 0, depth);
        }
    }

    private void chains(int depth) {
        float[] f = factors;
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        for (int k = 0; k < depth; k++) {
            float x = row[k];
            s0 = Math.fma(f[k], x, s0);
            s1 = Math.fma(f[k + Panels.LEFT_PITCH], x, s1);
            s2 = Math.fma(f[k + 2 * Panels.LEFT_PITCH], x, s2);
            s3 = Math.fma(f[k + 3 * Panels.LEFT_PITCH], x, s3);
            s4 = Math.fma(f[k + 4 * Panels.LEFT_PITCH], x, s4);
            s5 = Math.fma(f[k + 5 * Panels.LEFT_PITCH], x, s5);
            s6 = Math.fma(f[k + 6 * Panels.LEFT_PITCH], x, s6);
            s7 = Math.fma(f[k + 7 * Panels.LEFT_PITCH], x, s7);
        }
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
        sums[4] = s4;
        sums[5] = s5;
        sums[6] = s6;
        sums[7] = s7;
    }
}
