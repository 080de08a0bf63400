package io.github.hyenaspark.convolution;

import java.util.Arrays;

/**
 * The long convolution in plain Java: transform, multiply point by point, transform back. The mathematics is in
 * {@link RightAngleTransform}.
 */
final class ScalarKernel implements LongConvolution {
    private static final int LONGEST = 1 << 29;

    private final int length;
    private final RightAngleTransform transform;
    private final float[] points;
    private final float[] inputPoints;
    private final float[] padded;

    private ScalarKernel(int length, RightAngleTransform transform) {
        this.length = length;
        this.transform = transform;
        this.points = new float[2 * transform.size()];
        this.inputPoints = new float[2 * transform.size()];
        this.padded = new float[length == transform.size() ? 0 : transform.size()];
    }

    static ScalarKernel ofLength(int length) {
        if (length < 1 || length > LONGEST) {
            throw new IllegalArgumentException(
                    "the length of a convolution must be from 1 to " + LONGEST + ", found " + length);
        }
        int size = Math.max(RightAngleTransform.SMALLEST, Integer.highestOneBit(2 * length - 1));
        return new ScalarKernel(length, RightAngleTransform.ofSize(size));
    }

    @Override
    public LongConvolution forAnotherThread() {
        return new ScalarKernel(length, transform);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int spectrumSize() {
        return 2 * transform.size();
    }

    @Override
    public void spectrum(float[] filter, float[] spectrum) {
        checkRow("filter", filter);
        checkSpectrum("spectrum", spectrum);
        transformRow(filter, spectrum);
    }

    @Override
    public void forward(float[] input, float[] spectrum, float[] output) {
        checkRow("input", input);
        checkSpectrum("spectrum", spectrum);
        checkRow("output", output);
        transformRow(input, points);
        multiply(points, spectrum, spectrumSize());
        restoreRow(output);
    }

    @Override
    public void backward(
            float[] outputGradient, float[] input, float[] spectrum, float[] inputGradient, float[] spectrumGradient) {
        checkRow("outputGradient", outputGradient);
        checkRow("input", input);
        checkSpectrum("spectrum", spectrum);
        checkRow("inputGradient", inputGradient);
        checkSpectrum("spectrumGradient", spectrumGradient);
        transformRow(outputGradient, points);
        transformRow(input, inputPoints);
        correlate(points, inputPoints, spectrum, spectrumGradient, spectrumSize());
        restoreRow(inputGradient);
    }

    @Override
    public void filterGradient(float[] spectrumGradient, float[] filterGradient) {
        checkSpectrum("spectrumGradient", spectrumGradient);
        checkRow("filterGradient", filterGradient);
        System.arraycopy(spectrumGradient, 0, points, 0, spectrumSize());
        restoreRow(filterGradient);
    }

    private void transformRow(float[] row, float[] spectrum) {
        if (length == transform.size()) {
            transform.forward(row, spectrum);
        } else {
            System.arraycopy(row, 0, padded, 0, length);
            Arrays.fill(padded, length, padded.length, 0f);
            transform.forward(padded, spectrum);
        }
    }

    /** The row behind {@code points}, which are used up. */
    private void restoreRow(float[] row) {
        if (length == transform.size()) {
            transform.inverse(points, row);
        } else {
            transform.inverse(points, padded);
            System.arraycopy(padded, 0, row, 0, length);
        }
    }

    /** {@code z *= h}, complex. */
    private static void multiply(float[] z, float[] h, int size) {
        for (int p = 0; p < size; p += 2) {
            float re = z[p];
            float im = z[p + 1];
            z[p] = re * h[p] - im * h[p + 1];
            z[p + 1] = re * h[p + 1] + im * h[p];
        }
    }

    /** {@code sum += g conj(u)}, then {@code g *= conj(h)}, complex. */
    private static void correlate(float[] g, float[] u, float[] h, float[] sum, int size) {
        for (int p = 0; p < size; p += 2) {
            float re = g[p];
            float im = g[p + 1];
            sum[p] += re * u[p] + im * u[p + 1];
            sum[p + 1] += im * u[p] - re * u[p + 1];
            g[p] = re * h[p] + im * h[p + 1];
            g[p + 1] = im * h[p] - re * h[p + 1];
        }
    }

    private void checkRow(String name, float[] row) {
        if (row.length < length) {
            throw new IllegalArgumentException(
                    name + " must have at least " + length + " elements (the plan's length), found " + row.length);
        }
    }

    private void checkSpectrum(String name, float[] spectrum) {
        if (spectrum.length < spectrumSize()) {
            throw new IllegalArgumentException(name + " must have at least " + spectrumSize()
                    + " elements (the plan's spectrumSize), found " + spectrum.length);
        }
    }
}
