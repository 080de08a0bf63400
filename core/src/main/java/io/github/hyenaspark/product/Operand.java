package io.github.hyenaspark.product;

/**
 * A matrix of {@code rows} by {@code columns} as a product sees it: element (i, j) is number {@code start + i stride +
 * j} of {@code values}, or {@code start + j stride + i} if it is stored as its transpose.
 *
 * @param start number of the first element
 * @param stride elements from one stored row to the next
 * @param transposed whether a column is what lies without gaps, not a row
 */
public record Operand(Floats values, long start, int rows, int columns, int stride, boolean transposed) {
    public Operand t() {
        return new Operand(values, start, /* rows= */ columns, /* columns= */ rows, stride, !transposed);
    }

    /** The same elements; a column without gaps, stored as rows of one element, becomes one stored row. */
    Operand withLongRows() {
        return columns == 1 && stride == 1 && !transposed
                ? new Operand(values, start, rows, columns, rows, true)
                : this;
    }

    /** Copies {@code count} elements of stored row {@code row}, from its element {@code from} on. */
    void read(int row, int from, float[] to, int at, int count) {
        values.read(start + (long) row * stride + from, to, at, count);
    }

    /** An array that has the same elements from {@link #at} on: {@code to} or the one in which they lie. */
    float[] array(int row, int from, int count, float[] to) {
        return values.array(start + (long) row * stride + from, count, to);
    }

    int at(int row, int from) {
        return values.at(start + (long) row * stride + from);
    }

    void write(int row, int from, float[] source, int at, int count) {
        values.write(start + (long) row * stride + from, source, at, count);
    }

    String shape() {
        return rows + "×" + columns;
    }

    /**
     * Floats that are numbered and copied in pieces. A product copies every operand into panels of its own before it
     * multiplies, so it does not matter whether they lie on the heap.
     */
    public interface Floats {
        /** How many there are. */
        long length();

        /** Copies {@code count} elements from {@code from} on to {@code to[at...]}. */
        void read(long from, float[] to, int at, int count);

        /**
         * An array that has the {@code count} elements from {@code from} on, of one stored row, in order from index
         * {@link #at} on: {@code to}, into which they are copied, unless they lie in an array already.
         */
        default float[] array(long from, int count, float[] to) {
            read(from, to, 0, count);
            return to;
        }

        /** Where element {@code from} is in what {@link #array} returns for it; the same for all of a stored column. */
        default int at(long from) {
            return 0;
        }

        /** Copies {@code source[at...]} to the {@code count} elements from {@code to} on. */
        void write(long to, float[] source, int at, int count);
    }
}
