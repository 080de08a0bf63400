package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Tile;

/**
 * Activations step by step, L×B×C row-major: what a recurrence needs at a step lies together, and the steps of one
 * sequence are a matrix whose rows lie B·C elements apart.
 *
 * @param values at least L·B·C elements
 * @param batchSize B
 * @param channels C
 */
record StepMajor(FloatArray values, int batchSize, int channels) {
    /** At one step the sequences from {@code from} to before {@code to}, one a row. */
    Matrix at(int step, int from, int to) {
        return new Matrix(values, start(step, from), to - from, channels, channels, false);
    }

    /** The steps of a tile, {@code later} steps later in this array, steps×C. */
    Matrix of(Tile tile, int later) {
        long start = start(tile.from() + later, tile.b());
        return new Matrix(values, start, tile.count(), channels, batchSize * channels, false);
    }

    private long start(int step, int b) {
        return ((long) step * batchSize + b) * channels;
    }
}
