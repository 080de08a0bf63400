package io.github.hyenaspark.convolution;

/**
 * A plan for the causal convolution of rows of one length L with filters of the same length, and for its gradients. A
 * filter is transformed once ({@link #spectrum}) and then used for many rows. {@link DirectConvolution} is the
 * definition written out.
 *
 * <p>Every row is a {@code float[]} that starts at 0 and has at least L elements; every spectrum has at least
 * {@link #spectrumSize} elements, in an order that only this plan and plans of the same length understand. What lies
 * beyond is neither read nor written. A result may be written over a row that was an argument, not over a spectrum.
 *
 * <p>A plan owns scratch memory and is therefore confined to one thread at a time; {@link #forAnotherThread} makes a
 * second plan that shares the tables.
 */
public sealed interface LongConvolution permits ScalarKernel {
    /**
     * A plan for rows of {@code length} elements, any number from 1 to 2^29; powers of two waste nothing.
     *
     * @throws IllegalArgumentException if the length is outside that range
     */
    static LongConvolution ofLength(int length) {
        return ScalarKernel.ofLength(length);
    }

    /** A plan of the same length that may be used while this one is in use. */
    LongConvolution forAnotherThread();

    /** L, the elements of every row. */
    int length();

    /** The elements of every spectrum: about 2L floats, twice the next power of two. */
    int spectrumSize();

    /** Transforms {@code filter} (h, L elements) into {@code spectrum}. */
    void spectrum(float[] filter, float[] spectrum);

    /**
     * {@code output[t] = sum over s <= t of h[s] input[t - s]}, for the filter h that {@code spectrum} was made from.
     */
    void forward(float[] input, float[] spectrum, float[] output);

    /**
     * Both gradients of one row: {@code inputGradient[s] = sum over t >= s of h[t - s] outputGradient[t]}, while the
     * filter's gradient is <em>added</em> to {@code spectrumGradient}, so that all rows of one filter need a single
     * {@link #filterGradient} at the end. Clear {@code spectrumGradient} before the first row.
     */
    void backward(
            float[] outputGradient, float[] input, float[] spectrum, float[] inputGradient, float[] spectrumGradient);

    /**
     * {@code filterGradient[s] = sum over rows and over t >= s of outputGradient[t] input[t - s]}, from what
     * {@link #backward} has added up.
     */
    void filterGradient(float[] spectrumGradient, float[] filterGradient);
}
