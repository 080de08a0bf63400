package io.github.hyenaspark.product;

import java.util.Arrays;

/**
 * Copies of blocks of the two factors as {@link TileKernel kernels} read them, and a strip of the result: rows at a
 * constant pitch, which is no multiple of a page, so that one kernel serves factors stored either way. Packing a row
 * copies it; packing a column transposes 16 stored rows at a time, by plain loads and stores, which take about 0.4 ns
 * an element: transposes by vectors were as slow or slower on JDK 17 and 25.
 */
public final class Panels {
    /** Elements of a sum that are added up before the next such block begins; changing it changes results. */
    public static final int DEPTH = 512;
    /** Rows of the left factor that are packed at once: a fifth of a megabyte, for the second-level cache. */
    public static final int MOST_ROWS = 96;
    /** Columns of the right factor that are packed at once, a megabyte: as many as a tile of steps has. */
    public static final int MOST_COLUMNS = 512;

    public static final int LEFT_PITCH = DEPTH + 16;
    public static final int RIGHT_PITCH = MOST_COLUMNS + 16;
    public static final int STRIP_PITCH = MOST_COLUMNS + 16;

    /** Stored rows that are transposed at once. */
    private static final int STAGED = 16;
    /** Of a row that is transposed, so many elements at once: what they become lies on as many pages. */
    private static final int STAGE_PITCH = 128;

    private final float[] stage = new float[STAGED * STAGE_PITCH];
    private final int tileRows;
    private final int tileColumns;
    private float[] left = {};
    private float[] right = {};

    /** For tiles of these rows and columns. */
    Panels(int tileRows, int tileColumns) {
        this.tileRows = tileRows;
        this.tileColumns = tileColumns;
    }

    /** Packs {@code depth} columns of {@code rows} rows, with rows of zeros up to whole tiles. */
    float[] left(Operand a, int top, int rows, int from, int depth) {
        int padded = Product.roundUp(rows, tileRows);
        left = atLeast(left, (padded + 1) * LEFT_PITCH);
        if (a.transposed()) {
            transpose(a, from, depth, top, rows, left, LEFT_PITCH);
        } else {
            copy(a, top, rows, from, depth, left, LEFT_PITCH);
        }
        Arrays.fill(left, rows * LEFT_PITCH, padded * LEFT_PITCH, 0f);
        return left;
    }

    /** Packs {@code columns} columns of {@code depth} rows, with columns of zeros up to whole tiles. */
    float[] right(Operand b, int from, int depth, int first, int columns) {
        right = atLeast(right, (depth + 1) * RIGHT_PITCH);
        if (b.transposed()) {
            transpose(b, first, columns, from, depth, right, RIGHT_PITCH);
        } else {
            copy(b, from, depth, first, columns, right, RIGHT_PITCH);
        }
        int padded = Product.roundUp(columns, tileColumns);
        for (int k = 0; columns < padded && k < depth; k++) {
            Arrays.fill(right, k * RIGHT_PITCH + columns, k * RIGHT_PITCH + padded, 0f);
        }
        return right;
    }

    private static void copy(Operand source, int row, int rows, int from, int count, float[] to, int pitch) {
        for (int i = 0; i < rows; i++) {
            source.read(row + i, from, to, i * pitch, count);
        }
    }

    /** Makes {@code count} rows of {@code to} of the elements from {@code from} on of {@code rows} stored rows. */
    private void transpose(Operand source, int row, int rows, int from, int count, float[] to, int pitch) {
        for (int k = 0; k < count; k += STAGE_PITCH) {
            int length = Math.min(STAGE_PITCH, count - k);
            for (int i = 0; i < rows; i += STAGED) {
                int staged = Math.min(STAGED, rows - i);
                for (int r = 0; r < staged; r++) {
                    source.read(row + i + r, from + k, stage, r * STAGE_PITCH, length);
                }
                int at = k * pitch + i;
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
