package io.github.hyenaspark.convolution;

/**
 * The long convolution in plain Java: transform, multiply point by point, transform back. The mathematics is in
 * {@link RightAngleTransform}.
 */
public final class ScalarKernel implements Kernel {
    private final RightAngleTransform transform;

    private ScalarKernel(RightAngleTransform transform) {
        this.transform = transform;
    }

    public static ScalarKernel ofSize(int size) {
        return new ScalarKernel(RightAngleTransform.ofSize(size));
    }

    @Override
    public int size() {
        return transform.size();
    }

    @Override
    public void splitRow(float[] row, RingConstants.Factor factor, float[] points) {
        transform.splitRow(row, factor, points);
    }

    @Override
    public void transform(float[] points) {
        transform.split(points);
    }

    @Override
    public void convolve(float[] points, float[] spectrum) {
        transform.split(points);
        multiply(points, spectrum, 2 * size());
        transform.join(points);
    }

    @Override
    public void correlate(float[] points, float[] inputPoints, float[] spectrum, float[] sum) {
        transform.split(inputPoints);
        transform.split(points);
        correlate(points, inputPoints, spectrum, sum, 2 * size());
        transform.join(points);
    }

    @Override
    public void restore(float[] values, float[] points) {
        System.arraycopy(values, 0, points, 0, 2 * size());
        transform.join(points);
    }

    @Override
    public void joinRow(float[] points, RingConstants.Factor factor, float[] output) {
        transform.joinRow(points, factor, output);
    }

    @Override
    public void joinRow(
            float[] points,
            RingConstants.Factor factor,
            float[] output,
            RingConstants.Factor otherFactor,
            float[] otherOutput) {
        transform.joinRow(points, factor, output);
        transform.joinRow(points, otherFactor, otherOutput);
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
}
