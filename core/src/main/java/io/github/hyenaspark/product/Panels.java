package io.github.hyenaspark.product;

import java.util.Arrays;

/**
 * Copies of blocks of the two factors as {@link TileKernel kernels} read them, so that one kernel serves factors stored
 * either way. The left factor lies in rows at a constant pitch, which is no multiple of a page; the right one in panels
 * of a few columns, one after the other, whose rows follow each other without gaps, as a kernel reads them. Packing a
 * row copies it; packing a column transposes 16 stored rows at a time, by plain loads and stores, which take about 0.4
 * ns an element: transposes by vectors were as slow or slower on JDK 17 and 25.
 */
public final class Panels {
    /** Elements of a sum that are added up before the next such block begins; changing it changes results. */
    public static final int DEPTH = 512;
    /** Rows of the left factor that are packed at once: a fifth of a megabyte, for the second-level cache. */
    public static final int MOST_ROWS = 96;
    /** Columns of the right factor that are packed at once, a megabyte: as many as a tile of steps has. */
    public static final int MOST_COLUMNS = 512;

    public static final int LEFT_PITCH = DEPTH + 16;
    public static final int STRIP_PITCH = MOST_COLUMNS + 16;

    /** Stored rows that are transposed at once. */
    private static final int STAGED = 16;
    /** Of a row that is transposed, so many elements at once: what they become lies on as many pages. */
    private static final int STAGE_PITCH = 128;

    private final float[] stage = new float[STAGED * STAGE_PITCH];
    private final float[] row = new float[MOST_COLUMNS];
    private final int tileRows;
    private final int tileColumns;
    private final int panelColumns;
    private final int panelLength;
    private float[] left = {};
    private float[] right = {};

    Panels(TileKernel kernel) {
        tileRows = kernel.rows();
        tileColumns = kernel.columns();
        panelColumns = rightPitch(tileColumns);
        panelLength = DEPTH * panelColumns;
    }

    /**
     * Columns of a panel of the right factor, for tiles of so many: a tile's own, so that a kernel reads memory in
     * order, from the second-level cache; no fewer than are transposed at once.
     */
    public static int rightPitch(int tileColumns) {
        return Math.max(STAGED, tileColumns);
    }

    /** Packs {@code depth} columns of {@code rows} rows, with rows of zeros up to whole tiles. */
    float[] left(Operand a, int top, int rows, int from, int depth) {
        int padded = Product.roundUp(rows, tileRows);
        left = atLeast(left, (padded + 1) * LEFT_PITCH);
        if (a.transposed()) {
            transpose(a, from, depth, top, rows, left, LEFT_PITCH, LEFT_PITCH);
        } else {
            for (int i = 0; i < rows; i++) {
                a.read(top + i, from, left, i * LEFT_PITCH, depth);
            }
        }
        Arrays.fill(left, rows * LEFT_PITCH, padded * LEFT_PITCH, 0f);
        return left;
    }

    /** Packs {@code columns} columns of {@code depth} rows, with columns of zeros up to whole tiles. */
    float[] right(Operand b, int from, int depth, int first, int columns) {
        right = atLeast(right, Product.roundUp(columns, panelColumns) / panelColumns * panelLength);
        if (b.transposed()) {
            transpose(b, first, columns, from, depth, right, panelColumns, panelLength);
        } else {
            for (int k = 0; k < depth; k++) {
                float[] source = b.array(from + k, first, columns, row);
                int at = b.at(from + k, first);
                for (int column = 0; column < columns; column += panelColumns) {
                    int count = Math.min(panelColumns, columns - column);
                    System.arraycopy(source, at + column, right, rightAt(k, column), count);
                }
            }
        }
        int padded = Product.roundUp(columns, tileColumns);
        for (int k = 0; columns < padded && k < depth; k++) {
            int at = rightAt(k, columns);
            Arrays.fill(right, at, at + padded - columns, 0f);
        }
        return right;
    }

    /** Where element (k, {@code column}) of the right factor is. */
    int rightAt(int k, int column) {
        return column / panelColumns * panelLength + k * panelColumns + column % panelColumns;
    }

    /**
     * Makes {@code count} rows of {@code to} of the elements from {@code from} on of {@code rows} stored rows.
     *
     * @param panel elements from one panel of {@code pitch} columns to the next
     */
    private void transpose(Operand source, int row, int rows, int from, int count, float[] to, int pitch, int panel) {
        for (int k = 0; k < count; k += STAGE_PITCH) {
            int length = Math.min(STAGE_PITCH, count - k);
            for (int i = 0; i < rows; i += STAGED) {
                int staged = Math.min(STAGED, rows - i);
                for (int r = 0; r < staged; r++) {
                    source.read(row + i + r, from + k, stage, r * STAGE_PITCH, length);
                }
                int at = i / pitch * panel + k * pitch + i % pitch;
                eightRows(stage, 0, length, to, at, pitch);
                if (staged > STAGED / 2) {
                    eightRows(stage, STAGED / 2 * STAGE_PITCH, length, to, at + STAGED / 2, pitch);
                }
            }
        }
    }

    private static void eightRows(float[] stage, int at, int length, float[] to, int toAt, int pitch) {
        for (int k = 0; k < length; k++) {
            int s = at + k;
            int t = toAt + k * pitch;
            to[t] = stage[s];
            to[t + 1] = stage[s + STAGE_PITCH];
            to[t + 2] = stage[s + 2 * STAGE_PITCH];
            to[t + 3] = stage[s + 3 * STAGE_PITCH];
            to[t + 4] = stage[s + 4 * STAGE_PITCH];
            to[t + 5] = stage[s + 5 * STAGE_PITCH];
            to[t + 6] = stage[s + 6 * STAGE_PITCH];
            to[t + 7] = stage[s + 7 * STAGE_PITCH];
        }
    }

    private static float[] atLeast(float[] held, int length) {
        return held.length >= length ? held : new float[length];
    }
}
