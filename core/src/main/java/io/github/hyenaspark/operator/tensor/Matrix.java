package io.github.hyenaspark.operator.tensor;

import io.github.hyenaspark.kernel.PartClock;
import io.github.hyenaspark.kernel.WarmUp;
import io.github.hyenaspark.product.Operand;
import io.github.hyenaspark.product.Operand.Floats;
import io.github.hyenaspark.product.Product;
import java.util.Arrays;

/**
 * A stored matrix, row-major, perhaps read as its transpose: in a {@link FloatArray} or the rows of a {@link Tile}.
 *
 * @param start index of the first element
 * @param stride elements from one stored row to the next, at least {@code columns}
 * @param transposed whether products see columns as rows
 */
public record Matrix(Floats values, long start, int rows, int columns, int stride, boolean transposed) {
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();

    public static Matrix of(Floats values, int rows, int columns) {
        return new Matrix(values, 0, rows, columns, columns, false);
    }

    public Matrix t() {
        return new Matrix(values, start, rows, columns, stride, !transposed);
    }

    public Matrix columns(int from, int count) {
        return new Matrix(values, start + from, rows, count, stride, transposed);
    }

    /** This = a · b, in the order of {@link Product}; IllegalArgumentException unless the shapes fit. */
    public void set(Matrix a, Matrix b) {
        PartClock.Part around = PartClock.enter(PartClock.Part.PRODUCTS);
        Product.ofThisThread().set(a.operand(), b.operand(), operand());
        PartClock.leave(around);
    }

    /** This = this + a · b. */
    public void add(Matrix a, Matrix b) {
        PartClock.Part around = PartClock.enter(PartClock.Part.PRODUCTS);
        Product.ofThisThread().add(a.operand(), b.operand(), operand());
        PartClock.leave(around);
    }

    /** The upper triangle of this = a · aᵀ; the lower one stays as it is. */
    public void setUpperGram(Matrix a) {
        if (transposed || rows != columns || a.seenRows() != rows) {
            throw new IllegalArgumentException("cannot put the products of rows of " + a.shape() + " into " + shape());
        }
        PartClock.Part around = PartClock.enter(PartClock.Part.PRODUCTS);
        Product.ofThisThread().setUpperGram(a.operand(), operand());
        PartClock.leave(around);
    }

    public void read(int row, float[] to) {
        values.read(start + (long) row * stride, to, 0, columns);
    }

    /** Copies {@code number} elements of a stored row, from its element {@code from} on, to {@code to[at...]}. */
    public void read(int row, int from, float[] to, int at, int number) {
        values.read(start + (long) row * stride + from, to, at, number);
    }

    /** Replaces {@code number} elements of a stored row, from its element {@code from} on, by {@code source[at...]}. */
    public void write(int row, int from, float[] source, int at, int number) {
        values.write(start + (long) row * stride + from, source, at, number);
    }

    /** Copies {@code number} stored rows from {@code row} on, one after the other. */
    public void read(int row, int number, float[] to) {
        int together = stride == columns ? number : 1;
        for (int i = 0; i < number; i += together) {
            values.read(start + (long) (row + i) * stride, to, i * columns, together * columns);
        }
    }

    /** Replaces {@code number} stored rows from {@code row} on. */
    public void write(int row, int number, float[] source) {
        int together = stride == columns ? number : 1;
        for (int i = 0; i < number; i += together) {
            values.write(start + (long) (row + i) * stride, source, i * columns, together * columns);
        }
    }

    public void write(int row, float[] source) {
        values.write(start + (long) row * stride, source, 0, columns);
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

    /** Adds the sum of stored row i to {@code sums[i]}, in the order of {@link Sums.ByHalves}. */
    public void addRowSums(double[] sums, Workspace workspace) {
        for (int i = 0; i < rows; i++) {
            sums[i] += workspace.rowSums.of(values, start + (long) i * stride, columns);
        }
    }

    private Operand operand() {
        return new Operand(values, start, seenRows(), seenColumns(), stride, transposed);
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

    /**
     * Runs products like those of a layer until they no longer get faster, or for 3 seconds of this thread; in a JVM
     * once.
     */
    public static void warmUp() {
        ProductWarmUp.OfThisJvm.load();
    }

    /**
     * The products of a small layer, forward and backward, to compile all that products of matrices run: cold, they are
     * hundreds of times as slow, and a step of training would be too.
     */
    private static final class ProductWarmUp {
        private static final int WIDTH = 72;
        private static final int INNER_WIDTH = 200;

        private final Matrix weight = ones(INNER_WIDTH, WIDTH);
        private final Matrix input = ones(WIDTH, Tile.LENGTH + 1); // two blocks of a sum over steps
        private final Matrix inputGradient = ones(WIDTH, Tile.LENGTH + 1);
        private final Matrix inner = ones(INNER_WIDTH, Tile.LENGTH + 1);
        private final Matrix weightGradient = ones(INNER_WIDTH, WIDTH);
        private final Matrix gram = ones(WIDTH, WIDTH);
        private final Matrix columnInput = ones(WIDTH, 1);
        private final Matrix column = ones(INNER_WIDTH, 1);

        private ProductWarmUp() {}

        /** Loading it is the work. */
        private static final class OfThisJvm {
            static {
                var products = new ProductWarmUp();
                WarmUp.run("matrix products", products::once);
            }

            static void load() {}
        }

        private void once() {
            inner.set(weight, input);
            weightGradient.set(inner, input.t());
            weightGradient.add(inner, input.t());
            inputGradient.set(weight.t(), inner);
            inputGradient.t().set(inner.t(), weight);
            gram.setUpperGram(input);
            column.set(weight, columnInput);
        }

        private static Matrix ones(int rows, int columns) {
            float[] values = new float[rows * columns];
            Arrays.fill(values, 1f);
            return Matrix.of(FloatArray.copyOf(values), rows, columns);
        }
    }
}
