package io.github.hyenaspark.operator;

/**
 * Layer normalisation over channels at every step: y = (x − mean)/√(var + ε) · weight + bias, biased variance, ε =
 * 1e-5. Works on tiles of all channels by a few steps, so that a tile stays in the cache while it is read three times.
 */
final class LayerNorm {
    static final double EPSILON = 1e-5;

    private static final int TILE_ELEMENTS = 1 << 15;
    private static final int SMALLEST_TILE_LENGTH = 16;

    private final int width;
    private float[] mean = {}; // B×L
    private float[] inverseDeviation = {}; // B×L

    LayerNorm(int width) {
        this.width = width;
    }

    /** Normalises a batch, B×D×L. */
    void forward(FloatArray input, FloatArray output, Pass<FloatArray> pass) {
        int length = pass.length();
        if (mean.length != pass.batchSize() * length) {
            mean = new float[pass.batchSize() * length];
            inverseDeviation = new float[pass.batchSize() * length];
        }
        float[] weight = pass.parameter("weight").toArray();
        float[] bias = pass.parameter("bias").toArray();
        int tileLength = tileLength(length);
        float[][] tile = new float[width][tileLength];
        for (int b = 0; b < pass.batchSize(); b++) {
            for (int from = 0; from < length; from += tileLength) {
                int count = Math.min(tileLength, length - from);
                read(input, b, from, length, tile, count);
                statistics(tile, b * length + from, count);
                normalise(tile, b * length + from, count);
                for (int d = 0; d < width; d++) {
                    scale(tile[d], weight[d], bias[d], count);
                    output.write(((long) b * width + d) * length + from, tile[d], count);
                }
            }
        }
    }

    /**
     * Adds to {@code inputGradient} and to the gradients of weight and bias; {@code input} is that of the forward pass.
     */
    void backward(FloatArray input, FloatArray outputGradient, FloatArray inputGradient, Pass<FloatArray> pass) {
        int length = pass.length();
        float[] weight = pass.parameter("weight").toArray();
        double[] weightGradient = new double[width];
        double[] biasGradient = new double[width];
        int tileLength = tileLength(length);
        float[][] x = new float[width][tileLength];
        float[][] dy = new float[width][tileLength];
        float[] dx = new float[tileLength];
        for (int b = 0; b < pass.batchSize(); b++) {
            for (int from = 0; from < length; from += tileLength) {
                int count = Math.min(tileLength, length - from);
                int at = b * length + from;
                read(input, b, from, length, x, count);
                read(outputGradient, b, from, length, dy, count);
                normalise(x, at, count);
                for (int d = 0; d < width; d++) {
                    weightGradient[d] += Rows.dot(dy[d], 0, x[d], 0, count);
                    biasGradient[d] += Rows.sum(dy[d], count);
                    scale(dy[d], weight[d], 0f, count);
                }
                float[][] means = gradientMeans(x, dy, count);
                for (int d = 0; d < width; d++) {
                    long row = ((long) b * width + d) * length + from;
                    inputGradient.read(row, dx, count);
                    for (int t = 0; t < count; t++) {
                        dx[t] += inverseDeviation[at + t] * (dy[d][t] - means[0][t] - x[d][t] * means[1][t]);
                    }
                    inputGradient.write(row, dx, count);
                }
            }
        }
        pass.gradient("weight").add(weightGradient);
        pass.gradient("bias").add(biasGradient);
    }

    private int tileLength(int length) {
        return Math.min(length, Math.max(SMALLEST_TILE_LENGTH, TILE_ELEMENTS / width));
    }

    private void read(FloatArray array, int b, int from, int length, float[][] tile, int count) {
        for (int d = 0; d < width; d++) {
            array.read(((long) b * width + d) * length + from, tile[d], count);
        }
    }

    private void statistics(float[][] tile, int at, int count) {
        float[] sum = new float[count];
        for (float[] row : tile) {
            Rows.add(row, sum, count);
        }
        for (int t = 0; t < count; t++) {
            mean[at + t] = sum[t] / width;
        }
        float[] squares = new float[count];
        for (float[] row : tile) {
            for (int t = 0; t < count; t++) {
                float centred = row[t] - mean[at + t];
                squares[t] += centred * centred;
            }
        }
        for (int t = 0; t < count; t++) {
            inverseDeviation[at + t] = (float) (1 / Math.sqrt(squares[t] / width + EPSILON));
        }
    }

    private void normalise(float[][] tile, int at, int count) {
        for (float[] row : tile) {
            for (int t = 0; t < count; t++) {
                row[t] = (row[t] - mean[at + t]) * inverseDeviation[at + t];
            }
        }
    }

    private static void scale(float[] row, float factor, float summand, int count) {
        for (int t = 0; t < count; t++) {
            row[t] = row[t] * factor + summand;
        }
    }

    /** Means over channels of dx̂ and of dx̂ ⊙ x̂, at each step. */
    private float[][] gradientMeans(float[][] normalised, float[][] gradient, int count) {
        float[][] means = new float[2][count];
        for (int d = 0; d < width; d++) {
            for (int t = 0; t < count; t++) {
                means[0][t] += gradient[d][t];
                means[1][t] += gradient[d][t] * normalised[d][t];
            }
        }
        for (int t = 0; t < count; t++) {
            means[0][t] /= width;
            means[1][t] /= width;
        }
        return means;
    }
}
