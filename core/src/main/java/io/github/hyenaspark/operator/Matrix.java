package io.github.hyenaspark.operator;

/**
 * A matrix over a {@link FloatArray}, row-major, perhaps read as its transpose.
 *
 * @param values at least rows × columns elements
 * @param rows stored rows
 * @param columns stored columns
 * @param transposed whether products see columns as rows
 */
record Matrix(FloatArray values, int rows, int columns, boolean transposed) {
    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;

    static Matrix of(FloatArray values, int rows, int columns) {
        return new Matrix(values, rows, columns, false);
    }

    /** The same memory, read as its transpose. */
    Matrix t() {
        return new Matrix(values, rows, columns, !transposed);
    }

    /** this = a · b. */
    void set(Matrix a, Matrix b) {
        multiply(a, b, 0f);
    }

    /** this = this + a · b. */
    void add(Matrix a, Matrix b) {
        multiply(a, b, 1f);
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
                a.columns,
                b.values.pointer(),
                b.columns,
                keep,
                values.pointer(),
                columns);
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
