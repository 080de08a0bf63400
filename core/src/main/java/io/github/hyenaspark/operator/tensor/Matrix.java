package io.github.hyenaspark.operator.tensor;

/**
 * A stored matrix over a {@link FloatArray}, row-major, perhaps read as its transpose.
 *
 * @param start index of the first element
 * @param stride elements from one stored row to the next, at least {@code columns}
 * @param transposed whether products see columns as rows
 */
public record Matrix(FloatArray values, long start, int rows, int columns, int stride, boolean transposed) {
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<FloatArray> ROW_SUMS = Workspace.Slot.array();
    private static final Workspace.Slot<float[]> ROW_SUMS_ROW = Workspace.Slot.row();

    private static final int ROW_MAJOR = 101;
    private static final int NOT_TRANSPOSED = 111;
    private static final int TRANSPOSED = 112;
    private static final int UPPER = 121;

    public static Matrix of(FloatArray values, int rows, int columns) {
        return new Matrix(values, 0, rows, columns, columns, false);
    }

    public Matrix t() {
        return new Matrix(values, start, rows, columns, stride, !transposed);
    }

    public Matrix columns(int from, int count) {
        return new Matrix(values, start + from, rows, count, stride, transposed);
    }

    public void set(Matrix a, Matrix b) {
        multiply(a, b, 0f);
    }

    public void add(Matrix a, Matrix b) {
        multiply(a, b, 1f);
    }

    /** The upper triangle of this = a · aᵀ; the lower one stays as it is. */
    public void setUpperGram(Matrix a) {
        if (transposed || rows != columns || a.seenRows() != rows) {
            throw new IllegalArgumentException("cannot put the products of rows of " + a.shape() + " into " + shape());
        }
        org.bytedeco.openblas.global.openblas.cblas_ssyrk(
                ROW_MAJOR,
                UPPER,
                a.transposed ? TRANSPOSED : NOT_TRANSPOSED,
                rows,
                a.seenColumns(),
                1f,
                a.values.pointer(a.start, a.elements()),
                a.stride,
                0f,
                values.pointer(start, elements()),
                stride);
    }

    public void read(int row, float[] to) {
        values.read(start + (long) row * stride, to, columns);
    }

    /** Copies {@code number} stored rows from {@code row} on, one after the other, of a matrix without gaps. */
    public void read(int row, int number, float[] to) {
        values.read(start + (long) row * stride, to, number * gapless());
    }

    /** Replaces {@code number} stored rows from {@code row} on, of a matrix without gaps. */
    public void write(int row, int number, float[] source) {
        values.write(start + (long) row * stride, source, number * gapless());
    }

    private int gapless() {
        if (stride != columns) {
            throw new IllegalStateException("rows of " + columns + " lie " + stride + " elements apart");
        }
        return columns;
    }

    public void read(float[][] to) {
        for (int row = 0; row < rows; row++) {
            read(row, to[row]);
        }
    }

    public void write(int row, float[] source) {
        values.write(start + (long) row * stride, source, columns);
    }

    /** {@code number} stored rows from {@code row} on. */
    public Matrix part(int row, int number) {
        return new Matrix(values, start + (long) row * stride, number, columns, stride, transposed);
    }

    public void copy(Matrix other, Workspace workspace) {
        float[] row = workspace.row(ROW, columns);
        for (int i = 0; i < rows; i++) {
            other.read(i, row);
            write(i, row);
        }
    }

    /** Multiplies column i by {@code factors[i]}. */
    public void scaleColumns(float[] factors, Workspace workspace) {
        float[] row = workspace.row(ROW, columns);
        for (int i = 0; i < rows; i++) {
            read(i, row);
            VectorOps.multiply(row, factors, row, columns);
            write(i, row);
        }
    }

    /** Adds the sum of row i to {@code sums[i]}: in float within the matrix, which is as short as a tile. */
    public void addRowSums(double[] sums, Workspace workspace) {
        FloatArray ones = workspace.ones(columns);
        FloatArray result = workspace.array(ROW_SUMS, rows);
        org.bytedeco.openblas.global.openblas.cblas_sgemv(
                ROW_MAJOR,
                NOT_TRANSPOSED,
                rows,
                columns,
                1f,
                values.pointer(start, elements()),
                stride,
                ones.pointer(0, columns),
                1,
                0f,
                result.pointer(0, rows),
                1);
        float[] row = workspace.row(ROW_SUMS_ROW, rows);
        result.read(0, row, rows);
        for (int i = 0; i < rows; i++) {
            sums[i] += row[i];
        }
    }

    private void multiply(Matrix a, Matrix b, float keep) {
        if (transposed) {
            t().multiply(b.t(), a.t(), keep);
            return;
        }
        int inner = a.seenColumns();
        if (a.seenRows() != rows || b.seenColumns() != columns || b.seenRows() != inner) {
            throw new IllegalArgumentException("cannot put " + a.shape() + " times " + b.shape() + " into " + shape());
        }
        org.bytedeco.openblas.global.openblas.cblas_sgemm(
                ROW_MAJOR,
                a.transposed ? TRANSPOSED : NOT_TRANSPOSED,
                b.transposed ? TRANSPOSED : NOT_TRANSPOSED,
                rows,
                columns,
                inner,
                1f,
                a.values.pointer(a.start, a.elements()),
                a.stride,
                b.values.pointer(b.start, b.elements()),
                b.stride,
                keep,
                values.pointer(start, elements()),
                stride);
    }

    private long elements() {
        return (long) (rows - 1) * stride + columns;
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
