package io.github.hyenaspark.product;

/**
 * The innermost loop of {@link Product} on tiles of a fixed size. Every element of a tile is a chain of fused
 * multiply-adds over k ascending, so all kernels give the same bits, whatever their tiles and lanes. Kernels are
 * immutable or for one thread at a time, as {@link Source} says.
 */
public interface TileKernel {
    /** Rows of a tile; divides {@link Panels#MOST_ROWS}. */
    int rows();

    /** Columns of a tile; divides {@link Panels#MOST_COLUMNS}. */
    int columns();

    /**
     * The sums of a tile, all its rows and columns, which must exist: to(i, j) = +0, and then for k from 0 to
     * {@code depth} − 1, to(i, j) = fma(a(i, k), b(k, j), to(i, j)).
     *
     * @param a rows of pitch {@link Panels#LEFT_PITCH}, from element {@code aAt} on
     * @param b rows of the pitch that {@link Panels#rightPitch} gives for these columns, from element {@code bAt} on
     * @param to rows of pitch {@link Panels#STRIP_PITCH}, from element {@code toAt} on
     */
    void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] to, int toAt);

    /** Makes the kernels of one kind. */
    interface Source {
        /** A kernel for one thread at a time. */
        TileKernel create();
    }
}
