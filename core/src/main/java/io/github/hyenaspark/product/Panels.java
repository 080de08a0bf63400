package io.github.hyenaspark.product;

import java.util.Arrays;

/**
 * Copies of blocks of the two factors as {@link TileKernel kernels} read them, so that one kernel serves factors stored
 * either way. The left factor lies in rows at a constant pitch, which is no multiple of a page; the right one in panels
 * of a few columns, one after the other, whose rows follow each other without gaps, as a kernel reads them. Packing a
 * row copies it; packing a column transposes 8 stored rows at a time, where they lie if that is on the heap, by plain
 * loads and stores, which take about 0.4 ns an element: transposes by vectors were as slow or slower on JDK 17 and 25.
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
    private static final int LINES = 8;
    /** Of a row that is transposed, so many elements at once: what they become lies on as many pages. */
    private static final int LINE_LENGTH = 128;

    private final float[][] lines = new float[LINES][];
    private final float[][] stage = new float[LINES][LINE_LENGTH];
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
        return Math.max(LINES, tileColumns);
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
        for (int k = 0; k < count; k += LINE_LENGTH) {
            int length = Math.min(LINE_LENGTH, count - k);
            for (int i = 0; i < rows; i += LINES) {
                for (int line = 0; line < LINES; line++) {
                    lines[line] =
                            i + line < rows ? source.array(row + i + line, from + k, length, stage[line]) : lines[0];
                }
                int at = i / pitch * panel + k * pitch + i % pitch;
                transposeLines(source.at(row + i, from + k), length, to, at, pitch);
            }
        }
    }

    private void transposeLines(int from, int length, float[] to, int toAt, int pitch) {
        float[] line0 = lines[0];
        float[] line1 = lines[1];
        float[] line2 = lines[2];
        float[] line3 = lines[3];
        float[] line4 = lines[4];
        float[] line5 = lines[5];
        float[] line6 = lines[6];
        float[] line7 = lines[7];
        for (int k = 0; k < length; k++) {
            int s = from + k;
            int t = toAt + k * pitch;
            to[t] = line0[s];
            to[t + 1] = line1[s];
            to[t + 2] = line2[s];
            to[t + 3] = line3[s];
            to[t + 4] = line4[s];
            to[t + 5] = line5[s];
            to[t + 6] = line6[s];
            to[t + 7] = line7[s];
        }
    }

    private static float[] atLeast(float[] held, int length) {
        return held.length >= length ? held : new float[length];
    }
}
