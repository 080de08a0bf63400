package io.github.hyenaspark.product;

/**
 * Single-precision matrix products whose bits depend on nothing but the factors: every element of A B is the sum, over
 * blocks of {@value Panels#DEPTH} of the inner dimension in ascending order, of chains of fused multiply-adds over k
 * ascending that start from +0; added to C, the blocks are added to it one by one. Neither the kernel, nor the lanes,
 * nor where the factors lie changes that, and no more does a division of C among threads, since every element belongs
 * to one call.
 *
 * <p>It owns panels to work in, so it is for one thread at a time.
 */
public final class Product {
    private static final ThreadLocal<Product> OF_THREAD = ThreadLocal.withInitial(
            () -> new Product(ProductKernels.atStart().source().create()));

    /** Tiles of a strip, one below the other: so often a part of the right factor is used while it is close. */
    private static final int TILES = 8;

    private final TileKernel kernel;
    private final Panels panels;
    private final RowProduct rowProduct = new RowProduct();
    private final int stripRows;
    private final float[] strip;
    private final float[] held = new float[Panels.MOST_COLUMNS];
    private final float[] added = new float[Panels.MOST_COLUMNS];

    public Product(TileKernel kernel) {
        this.kernel = kernel;
        panels = new Panels(kernel);
        stripRows = TILES * kernel.rows();
        strip = new float[stripRows * Panels.STRIP_PITCH];
    }

    /** The product of this thread, with the kernel of this JVM; lasts as long as the thread. */
    public static Product ofThisThread() {
        return OF_THREAD.get();
    }

    /** C = A B. Throws IllegalArgumentException unless the shapes fit; C must not overlap a factor, here and below. */
    public void set(Operand a, Operand b, Operand c) {
        run(a, b, c, Mode.SET);
    }

    /** C = C + A B. */
    public void add(Operand a, Operand b, Operand c) {
        run(a, b, c, Mode.ADD);
    }

    /** The upper triangle of C = A Aᵀ; what is below the diagonal stays as it is. */
    public void setUpperGram(Operand a, Operand c) {
        if (c.transposed()) {
            throw new IllegalArgumentException("the products of rows must not be put into a transpose");
        }
        run(a, a.t(), c, Mode.SET_UPPER);
    }

    private enum Mode {
        SET,
        ADD,
        SET_UPPER
    }

    private void run(Operand a, Operand b, Operand c, Mode mode) {
        if (a.rows() != c.rows() || b.columns() != c.columns() || a.columns() != b.rows()) {
            throw new IllegalArgumentException(
                    "cannot put " + a.shape() + " times " + b.shape() + " into " + c.shape());
        }
        Operand target = c.withLongRows();
        if (target.transposed()) {
            multiply(b.t().withLongRows(), a.t().withLongRows(), target.t(), mode);
        } else {
            multiply(a.withLongRows(), b.withLongRows(), target, mode);
        }
    }

    private void multiply(Operand a, Operand b, Operand c, Mode mode) {
        if (c.rows() == 1 && b.transposed() && mode != Mode.SET_UPPER) {
            rowProduct.multiply(a, b, c, mode == Mode.ADD);
        } else {
            multiplyPanels(a, b, c, mode);
        }
    }

    private void multiplyPanels(Operand a, Operand b, Operand c, Mode mode) {
        for (int from = 0; from < c.columns(); from += Panels.MOST_COLUMNS) {
            int columns = Math.min(Panels.MOST_COLUMNS, c.columns() - from);
            int rows = mode == Mode.SET_UPPER ? Math.min(c.rows(), from + columns) : c.rows();
            for (int k = 0; k == 0 || k < a.columns(); k += Panels.DEPTH) {
                int depth = Math.min(Panels.DEPTH, a.columns() - k);
                float[] right = panels.right(b, k, depth, from, columns);
                boolean add = mode == Mode.ADD || k > 0;
                for (int top = 0; top < rows; top += Panels.MOST_ROWS) {
                    int packed = Math.min(Panels.MOST_ROWS, rows - top);
                    float[] left = panels.left(a, top, packed, k, depth);
                    for (int row = 0; row < packed; row += stripRows) {
                        int number = Math.min(stripRows, packed - row);
                        int skipped = mode == Mode.SET_UPPER ? Math.max(0, top + row - from) : 0;
                        multiplyStrip(depth, left, row, number, right, skipped, columns);
                        writeStrip(c, top + row, number, from, columns, mode == Mode.SET_UPPER, add);
                    }
                }
            }
        }
    }

    /** All tiles of a strip but those that end before column {@code skipped}. */
    private void multiplyStrip(int depth, float[] left, int top, int rows, float[] right, int skipped, int columns) {
        int width = kernel.columns();
        for (int column = skipped / width * width; column < columns; column += width) {
            int rightAt = panels.rightAt(0, column);
            for (int row = 0; row < rows; row += kernel.rows()) {
                int leftAt = (top + row) * Panels.LEFT_PITCH;
                kernel.multiply(depth, left, leftAt, right, rightAt, strip, row * Panels.STRIP_PITCH + column);
            }
        }
    }

    static int roundUp(int count, int unit) {
        return (count + unit - 1) / unit * unit;
    }

    private void writeStrip(Operand c, int top, int rows, int from, int columns, boolean upper, boolean add) {
        for (int i = 0; i < rows; i++) {
            int skipped = upper ? Math.max(0, top + i - from) : 0;
            int count = columns - skipped;
            if (count > 0) {
                int at = i * Panels.STRIP_PITCH + skipped;
                if (add) {
                    addTo(c, top + i, from + skipped, at, count);
                } else {
                    c.write(top + i, from + skipped, strip, at, count);
                }
            }
        }
    }

    /** Copies first, because the compiler vectorises only loops over arrays from the same index. */
    private void addTo(Operand c, int row, int column, int at, int count) {
        c.read(row, column, held, 0, count);
        System.arraycopy(strip, at, added, 0, count);
        for (int j = 0; j < count; j++) {
            held[j] += added[j];
        }
        c.write(row, column, held, 0, count);
    }

    /**
     * One row times a matrix whose columns lie without gaps, as a generated token meets weights: eight sums at once in
     * plain Java, because packing would cost more than it saves where every element is used once. Gives the bits of
     * {@link Product}.
     */
    private static final class RowProduct {
        private static final int SUMS = 8;

        private final float[] row = new float[Panels.DEPTH];
        private final float[] factors = new float[SUMS * Panels.LEFT_PITCH];
        private final float[] sums = new float[SUMS];
        private final float[] result = new float[Panels.MOST_COLUMNS];

        /** C = A B or C + A B, of one row; B is stored as its transpose. */
        void multiply(Operand a, Operand b, Operand c, boolean add) {
            for (int from = 0; from < c.columns(); from += Panels.MOST_COLUMNS) {
                int columns = Math.min(Panels.MOST_COLUMNS, c.columns() - from);
                if (add) {
                    c.read(0, from, result, 0, columns);
                }
                for (int k = 0; k == 0 || k < a.columns(); k += Panels.DEPTH) {
                    int depth = Math.min(Panels.DEPTH, a.columns() - k);
                    readRow(a, k, depth);
                    for (int j = 0; j < columns; j += SUMS) {
                        int number = Math.min(SUMS, columns - j);
                        for (int r = 0; r < number; r++) {
                            b.read(from + j + r, k, factors, r * Panels.LEFT_PITCH, depth);
                        }
                        chains(depth);
                        for (int r = 0; r < number; r++) {
                            result[j + r] = add || k > 0 ? result[j + r] + sums[r] : sums[r];
                        }
                    }
                }
                c.write(0, from, result, 0, columns);
            }
        }

        private void readRow(Operand a, int from, int depth) {
            if (a.transposed()) {
                for (int k = 0; k < depth; k++) {
                    a.read(from + k, 0, row, k, 1);
                }
            } else {
                a.read(0, from, row, 0, depth);
            }
        }

        private void chains(int depth) {
            float[] f = factors;
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            float s4 = 0;
            float s5 = 0;
            float s6 = 0;
            float s7 = 0;
            for (int k = 0; k < depth; k++) {
                float x = row[k];
                s0 = Math.fma(f[k], x, s0);
                s1 = Math.fma(f[k + Panels.LEFT_PITCH], x, s1);
                s2 = Math.fma(f[k + 2 * Panels.LEFT_PITCH], x, s2);
                s3 = Math.fma(f[k + 3 * Panels.LEFT_PITCH], x, s3);
                s4 = Math.fma(f[k + 4 * Panels.LEFT_PITCH], x, s4);
                s5 = Math.fma(f[k + 5 * Panels.LEFT_PITCH], x, s5);
                s6 = Math.fma(f[k + 6 * Panels.LEFT_PITCH], x, s6);
                s7 = Math.fma(f[k + 7 * Panels.LEFT_PITCH], x, s7);
            }
            sums[0] = s0;
            sums[1] = s1;
            sums[2] = s2;
            sums[3] = s3;
            sums[4] = s4;
            sums[5] = s5;
            sums[6] = s6;
            sums[7] = s7;
        }
    }
}
