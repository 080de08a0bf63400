package io.github.hyenaspark.operator.tensor;

import io.github.hyenaspark.product.Operand.Floats;

/**
 * Rows of a tile on the heap, as products read and write them: what is computed in place by loops over arrays needs no
 * copy outside the heap. An element is numbered by its row, times the least power of two that no row is longer than,
 * and its place in the row.
 *
 * @param rows each at least as long as the tile; their elements are those of this
 * @param shift binary logarithm of that power
 */
record TileRows(float[][] rows, int shift) implements Floats {
    /** The first {@code count} elements of every row. */
    static TileRows of(float[][] rows, int count) {
        return new TileRows(rows, Integer.SIZE - Integer.numberOfLeadingZeros(count - 1));
    }

    /** From the number of an element to that of the element below it. */
    int stride() {
        return 1 << shift;
    }

    @Override
    public long length() {
        return (long) rows.length << shift;
    }

    @Override
    public void read(long from, float[] to, int at, int count) {
        int place = at(from);
        for (int row = row(from), done = 0; done < count; row++) {
            int part = Math.min(count - done, stride() - place);
            System.arraycopy(rows[row], place, to, at + done, part);
            done += part;
            place = 0;
        }
    }

    @Override
    public void write(long to, float[] source, int at, int count) {
        int place = at(to);
        for (int row = row(to), done = 0; done < count; row++) {
            int part = Math.min(count - done, stride() - place);
            System.arraycopy(source, at + done, rows[row], place, part);
            done += part;
            place = 0;
        }
    }

    @Override
    public float[] array(long from, int count, float[] to) {
        if (count <= stride()) {
            return rows[row(from)];
        }
        read(from, to, 0, count); // of rows of one element, which are read as one
        return to;
    }

    @Override
    public int at(long from) {
        return (int) from & stride() - 1;
    }

    private int row(long from) {
        return (int) (from >>> shift);
    }
}
