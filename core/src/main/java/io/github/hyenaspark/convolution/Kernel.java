package io.github.hyenaspark.convolution;

/**
 * The arithmetic behind {@link LongConvolution} for rows of exactly M elements. Immutable, for any number of threads;
 * checks nothing. A row becomes {@link #splitRow points}, 2M floats that {@link #transform}, {@link #convolve} or
 * {@link #correlate} work on in place; {@link #joinRow} makes a row of the result. Only points that were
 * {@link #transform transformed}, and their sums, are values at the roots, in the kernel's own order.
 *
 * <p>Not sealed, although {@link ScalarKernel} and {@code VectorKernel} are all there are: the latter is compiled
 * apart, with the incubating module, and loaded by {@link KernelChoice}.
 */
public interface Kernel {
    /** M, a power of two. */
    int size();

    /** The first pass: from {@code row ⊙ factor}, M elements, to {@code points}. */
    void splitRow(float[] row, RingConstants.Factor factor, float[] points);

    /** All other passes down: {@code points} become the values at the roots. */
    void transform(float[] points);

    /** Down, times {@code spectrum} (the values of h), and up again. */
    void convolve(float[] points, float[] spectrum);

    /**
     * Both rows down, to the values G and U; adds {@code G conj(U)} to {@code sum}, multiplies G by {@code conj(H)},
     * and up again with that. Uses up {@code inputPoints}.
     */
    void correlate(float[] points, float[] inputPoints, float[] spectrum, float[] sum);

    /** From {@code values} at the roots, which stay, up to {@code points} that {@link #joinRow} takes. */
    void restore(float[] values, float[] points);

    /** The last pass: the row behind {@code points}, used up, times {@code factor}, into {@code output}. */
    void joinRow(float[] points, RingConstants.Factor factor, float[] output);

    /** The same with two products of one row; the outputs must not be factors. */
    void joinRow(
            float[] points,
            RingConstants.Factor factor,
            float[] output,
            RingConstants.Factor otherFactor,
            float[] otherOutput);
}
