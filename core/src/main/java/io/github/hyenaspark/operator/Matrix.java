package io.github.hyenaspark.operator;

/**
 * A matrix over a {@link FloatArray}, row-major, perhaps read as its transpose.
 *
 * @param values the elements, from the first on
 * @param rows stored rows
 * @param columns stored columns
 * @param stride elements from one stored row to the next, at least {@code columns}
 * @param transposed whether products see columns as rows
 */
record Matrix(FloatArray values, int rows, int columns, int stride, boolean transposed) {
    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;

    static Matrix of(FloatArray values, int rows, int columns) {
        return new Matrix(values, rows, columns, columns, false);
    }

    /** Columns {@code from} and following of a matrix that is not transposed. */
    Matrix columns(int from, int count) {
        long elements = (long) (rows - 1) * stride + count;
        return new Matrix(values.slice(from, elements), rows, count, stride, false);
    }

    /** The same memory, read as its transpose. */
    Matrix t() {
        return new Matrix(values, rows, columns, stride, !transposed);
    }

    /** this = a · b. */
    void set(Matrix a, Matrix b) {
        multiply(a, b, 0f);
    }

    /** this = this + a · b. */
    void add(Matrix a, Matrix b) {
        multiply(a, b, 1f);
    }

    /** Adds {@code summands[i]} to every element of row i. */
    void addToRows(float[] summands) {
        float[] row = new float[columns];
        for (int i = 0; i < rows; i++) {
            long at = (long) i * stride;
            values.read(at, row, columns);
            Rows.add(summands[i], row, columns);
            values.write(at, row, columns);
        }
    }

    /** Adds the sum of row i to {@code sums[i]}. */
    void sumRows(double[] sums) {
        float[] row = new float[columns];
        for (int i = 0; i < rows; i++) {
            values.read((long) i * stride, row, columns);
            sums[i] += Rows.sum(row, columns);
        }
    }

    private void multiply(Matrix a, Matrix b, float keep) {
        int inner = a.seenColumns();
        if (transposed || a.seenRows() != rows || b.seenColumns() != columns || b.seenRows() != inner) {
            throw new IllegalArgumentException("cannot put " + a.shape() + " times " + b.shape() + " into " + shape());
        }
        org.bytedeco.openblas.global.openblas.cblas_sgemm(
                ROW_MAJOR,
                a.transposed ? TRANSPOSED : PLAIN,
                b.transposed ? TRANSPOSED : PLAIN,
                rows,
                columns,
                inner,
                1f,
                a.values.pointer(),
                a.stride,
                b.values.pointer(),
                b.stride,
                keep,
                values.pointer(),
                stride);
    }

    private int seenRows() {
        return transposed ? columns : rows;
    }

    private int seenColumns() {
        return transposed ? rows : columns;
    }

    private String shape() {
        return seenRows() + "×" + seenColumns();
    }
}
