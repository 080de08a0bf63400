package io.github.hyenaspark.product;

/**
 * The kernel that needs no vector module, and the definition of the others' results: plain loops over rows that start
 * at index 0, which the compiler turns into vector instructions. Four steps of two rows at a time, so that an element
 * of the tile is loaded and stored once in four.
 */
final class ScalarKernel implements TileKernel {
    private static final int ROWS = 16;
    private static final int COLUMNS = 128;
    private static final int STEPS = 4;

    private final float[][] tile = new float[ROWS][COLUMNS];
    private final float[][] b = new float[STEPS][COLUMNS];

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void multiply(
            int depth,
            float[] left,
            int leftAt,
            float[] right,
            int rightAt,
            float[] from,
            int fromAt,
            float[] to,
            int toAt) {
        for (int row = 0; row < ROWS; row++) {
            System.arraycopy(from, fromAt + row * Panels.STRIP_PITCH, tile[row], 0, COLUMNS);
        }
        int k = 0;
        for (; k + STEPS <= depth; k += STEPS) {
            for (int step = 0; step < STEPS; step++) {
                System.arraycopy(right, rightAt + (k + step) * COLUMNS, b[step], 0, COLUMNS);
            }
            for (int row = 0; row < ROWS; row += 2) {
                int at = leftAt + row * Panels.LEFT_PITCH + k;
                fourSteps(left, at, tile[row], tile[row + 1]);
            }
        }
        for (; k < depth; k++) {
            System.arraycopy(right, rightAt + k * COLUMNS, b[0], 0, COLUMNS);
            for (int row = 0; row < ROWS; row++) {
                oneStep(left[leftAt + row * Panels.LEFT_PITCH + k], b[0], tile[row]);
            }
        }
        for (int row = 0; row < ROWS; row++) {
            System.arraycopy(tile[row], 0, to, toAt + row * Panels.STRIP_PITCH, COLUMNS);
        }
    }

    private void fourSteps(float[] left, int at, float[] first, float[] second) {
        int below = at + Panels.LEFT_PITCH;
        fourSteps(left[at], left[at + 1], left[at + 2], left[at + 3], b[0], b[1], b[2], b[3], first);
        fourSteps(left[below], left[below + 1], left[below + 2], left[below + 3], b[0], b[1], b[2], b[3], second);
    }

    private static void fourSteps(
            float a0, float a1, float a2, float a3, float[] b0, float[] b1, float[] b2, float[] b3, float[] row) {
        for (int j = 0; j < COLUMNS; j++) {
            float sum = Math.fma(a0, b0[j], row[j]);
            sum = Math.fma(a1, b1[j], sum);
            sum = Math.fma(a2, b2[j], sum);
            row[j] = Math.fma(a3, b3[j], sum);
        }
    }

    private static void oneStep(float a, float[] b, float[] row) {
        for (int j = 0; j < COLUMNS; j++) {
            row[j] = Math.fma(a, b[j], row[j]);
        }
    }
}
