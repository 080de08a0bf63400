package io.github.hyenaspark.operator;

import java.util.Map;

/**
 * fc2(gelu(fc1(x))) at every step, with biases, a tile of steps at a time so that a tile's inner activations stay in
 * the cache. Keeps the values and the derivatives of the GELU, or computes them again in the backward pass.
 */
final class FeedForward implements DifferentiableMap<FloatArray> {
    private static final int TILE_LENGTH = 512;

    private final int width;
    private final int innerWidth;
    private final Recompute recompute;
    private final Gelu gelu = new Gelu();
    private FloatArray input = FloatArray.allocate(0); // the caller's, B×D×L
    private FloatArray derivatives = FloatArray.allocate(0); // B×I×L, or one tile of it
    private FloatArray values = FloatArray.allocate(0); // the same
    private FloatArray innerGradient = FloatArray.allocate(0); // one tile
    private Pass<FloatArray> pass = Pass.of(0, 0, Map.of(), Map.of());
    private float[] firstBias = {};

    FeedForward(int width, int innerWidth, Recompute recompute) {
        this.width = width;
        this.innerWidth = innerWidth;
        this.recompute = recompute;
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, Pass<FloatArray> newPass) {
        start(newInput, newPass);
        Matrix second = Matrix.of(pass.parameter("fc2.weight"), width, innerWidth);
        float[] secondBias = pass.parameter("fc2.bias").toArray();
        for (int b = 0; b < pass.batchSize(); b++) {
            for (int from = 0; from < pass.length(); from += TILE_LENGTH) {
                int count = tileLength(from);
                activate(b, from);
                Matrix tile = outer(output, b).columns(from, count);
                tile.set(second, tile(values, b, from));
                tile.addToRows(secondBias);
            }
        }
    }

    /** Takes the input again without computing anything, for a backward pass that computes all it needs. */
    void restore(FloatArray newInput, Pass<FloatArray> newPass) {
        start(newInput, newPass);
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, Pass<FloatArray> newPass) {
        start(input, newPass);
        if (innerGradient.length() == 0) {
            innerGradient = FloatArray.allocate((long) innerWidth * TILE_LENGTH);
        }
        Matrix firstWeight = Matrix.of(pass.parameter("fc1.weight"), innerWidth, width);
        Matrix secondWeight = Matrix.of(pass.parameter("fc2.weight"), width, innerWidth);
        double[] firstBiasGradient = new double[innerWidth];
        double[] secondBiasGradient = new double[width];
        for (int b = 0; b < pass.batchSize(); b++) {
            for (int from = 0; from < pass.length(); from += TILE_LENGTH) {
                int count = tileLength(from);
                if (recompute == Recompute.BLOCK) {
                    activate(b, from);
                }
                Matrix gradient = outer(outputGradient, b).columns(from, count);
                gradient.sumRows(secondBiasGradient);
                Matrix.of(pass.gradient("fc2.weight"), width, innerWidth)
                        .add(gradient, tile(values, b, from).t());
                Matrix inner = Matrix.of(innerGradient, innerWidth, count);
                inner.set(secondWeight.t(), gradient);
                multiplyRows(tile(derivatives, b, from), inner);
                inner.sumRows(firstBiasGradient);
                Matrix.of(pass.gradient("fc1.weight"), innerWidth, width)
                        .add(inner, outer(input, b).columns(from, count).t());
                outer(inputGradient, b).columns(from, count).set(firstWeight.t(), inner);
            }
        }
        pass.gradient("fc1.bias").add(firstBiasGradient);
        pass.gradient("fc2.bias").add(secondBiasGradient);
    }

    private void start(FloatArray newInput, Pass<FloatArray> newPass) {
        input = newInput;
        pass = newPass;
        firstBias = pass.parameter("fc1.bias").toArray();
        long size = recompute == Recompute.BLOCK
                ? (long) innerWidth * TILE_LENGTH
                : (long) pass.batchSize() * innerWidth * pass.length();
        if (values.length() != size) {
            values = FloatArray.allocate(size);
            derivatives = FloatArray.allocate(size);
        }
    }

    /** Fills the tile's values and derivatives. */
    private void activate(int b, int from) {
        int count = tileLength(from);
        Matrix hidden = tile(derivatives, b, from);
        Matrix activated = tile(values, b, from);
        hidden.set(
                Matrix.of(pass.parameter("fc1.weight"), innerWidth, width),
                outer(input, b).columns(from, count));
        float[] row = new float[TILE_LENGTH];
        float[] value = new float[TILE_LENGTH];
        for (int i = 0; i < innerWidth; i++) {
            long at = (long) i * hidden.stride();
            hidden.values().read(at, row, count);
            Rows.add(firstBias[i], row, count);
            gelu.forward(row, value, count);
            hidden.values().write(at, row, count);
            activated.values().write(at, value, count);
        }
    }

    private int tileLength(int from) {
        return Math.min(TILE_LENGTH, pass.length() - from);
    }

    /** Sequence {@code b} of an array B×D×L. */
    private Matrix outer(FloatArray array, int b) {
        long size = (long) width * pass.length();
        return Matrix.of(array.slice(b * size, size), width, pass.length());
    }

    /** The steps {@code from} and following of an array B×I×L, or the only tile there is. */
    private Matrix tile(FloatArray array, int b, int from) {
        int count = tileLength(from);
        if (recompute == Recompute.BLOCK) {
            return Matrix.of(array, innerWidth, count);
        }
        long size = (long) innerWidth * pass.length();
        return Matrix.of(array.slice(b * size, size), innerWidth, pass.length()).columns(from, count);
    }

    private static void multiplyRows(Matrix factors, Matrix rows) {
        float[] factor = new float[TILE_LENGTH];
        float[] row = new float[TILE_LENGTH];
        for (int i = 0; i < rows.rows(); i++) {
            factors.values().read((long) i * factors.stride(), factor, rows.columns());
            rows.values().read((long) i * rows.stride(), row, rows.columns());
            Rows.multiply(factor, row, row, rows.columns());
            rows.values().write((long) i * rows.stride(), row, rows.columns());
        }
    }
}
