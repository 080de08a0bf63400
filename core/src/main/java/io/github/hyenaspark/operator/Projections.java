package io.github.hyenaspark.operator;

import java.util.Map;

/**
 * The N gates and the value of the operator: a dense projection to (N+1)·D channels, then the short filter on each. The
 * dense product is kept without its bias; the short filter is cheap and is run again wherever a row is needed.
 */
final class Projections {
    private final HyenaConfig config;
    private FloatArray dense = FloatArray.allocate(0); // B×(N+1)D×L, without bias
    private FloatArray denseGradient = FloatArray.allocate(0); // (N+1)D×L of one sequence
    private Pass<FloatArray> pass = Pass.of(0, 0, Map.of(), Map.of());
    private float[] bias = {};
    private double[] biasGradient = {};
    private ShortConvolution shortConvolution = new ShortConvolution(new float[0], new float[1]);
    private float[] denseRow = {};
    private float[] gradientRow = {};

    Projections(HyenaConfig config) {
        this.config = config;
    }

    /** Projects a batch, B×D×L. */
    void forward(FloatArray input, Pass<FloatArray> newPass) {
        start(newPass);
        int channels = config.projections();
        long inputSize = (long) config.width() * pass.length();
        long size = (long) channels * pass.length();
        if (dense.length() != size * pass.batchSize()) {
            dense = FloatArray.allocate(size * pass.batchSize());
        }
        Matrix weight = Matrix.of(pass.parameter("in.weight"), channels, config.width());
        for (int b = 0; b < pass.batchSize(); b++) {
            Matrix.of(dense.slice(b * size, size), channels, pass.length())
                    .set(weight, Matrix.of(input.slice(b * inputSize, inputSize), config.width(), pass.length()));
        }
    }

    /** Prepares the backward pass of the batch that was projected last. */
    void startBackward(Pass<FloatArray> newPass) {
        start(newPass);
        long size = (long) config.projections() * pass.length();
        if (denseGradient.length() != size) {
            denseGradient = FloatArray.allocate(size);
        }
    }

    private void start(Pass<FloatArray> newPass) {
        pass = newPass;
        bias = pass.parameter("in.bias").toArray();
        biasGradient = new double[bias.length];
        shortConvolution = new ShortConvolution(
                pass.parameter("short.weight").toArray(),
                pass.parameter("short.bias").toArray());
        denseRow = new float[pass.length()];
        gradientRow = new float[pass.length()];
    }

    /**
     * Channel {@code j} of part {@code part} (0 to N−1 gates, N the value) of a head: every head owns a run of
     * channels.
     */
    int channel(int head, int part, int j) {
        return (head * (config.order() + 1) + part) * config.headWidth() + j;
    }

    /** Writes one projection of sequence {@code b}, L elements. */
    void read(int b, int channel, float[] row) {
        readDense(b, channel);
        shortConvolution.forward(channel, denseRow, row, pass.length());
    }

    /** Takes the gradient of one projection of sequence {@code b}. */
    void writeGradient(int b, int channel, float[] gradient) {
        readDense(b, channel);
        shortConvolution.backward(channel, denseRow, gradient, gradientRow, pass.length());
        biasGradient[channel] += Rows.sum(gradientRow, pass.length());
        denseGradient.write((long) channel * pass.length(), gradientRow, pass.length());
    }

    /** Once every gradient of sequence {@code b} was written: the gradient of its input, D×L. */
    void backward(FloatArray input, FloatArray inputGradient) {
        int channels = config.projections();
        Matrix gradient = Matrix.of(denseGradient, channels, pass.length());
        Matrix.of(pass.gradient("in.weight"), channels, config.width())
                .add(gradient, Matrix.of(input, config.width(), pass.length()).t());
        Matrix.of(inputGradient, config.width(), pass.length())
                .set(
                        Matrix.of(pass.parameter("in.weight"), channels, config.width())
                                .t(),
                        gradient);
    }

    /** Adds what was summed over the batch. */
    void finishBackward() {
        pass.gradient("in.bias").add(biasGradient);
        pass.gradient("short.weight").add(shortConvolution.weightGradient());
        pass.gradient("short.bias").add(shortConvolution.biasGradient());
    }

    private void readDense(int b, int channel) {
        dense.read(((long) b * config.projections() + channel) * pass.length(), denseRow, pass.length());
        Rows.add(bias[channel], denseRow, pass.length());
    }
}
