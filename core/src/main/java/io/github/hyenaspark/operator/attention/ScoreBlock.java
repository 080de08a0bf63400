package io.github.hyenaspark.operator.attention;

import io.github.hyenaspark.operator.tensor.Exponential;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * The scores of a block of keys for a block of queries, keys × queries. In a block on the diagonal, where both are the
 * same steps, a key has no weight for earlier queries. A few rows are processed together, because long loops are
 * faster, with the values of queries repeated.
 */
record ScoreBlock(Matrix matrix, boolean diagonal, Workspace workspace) {
    private static final Workspace.Slot<float[]> ROWS = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> LARGEST = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> PRODUCTS = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> LANES = Workspace.Slot.row();

    static ScoreBlock of(Workspace.Slot<FloatArray> slot, Tile keys, Tile queries) {
        Workspace workspace = queries.workspace();
        FloatArray memory = workspace.array(slot, (long) keys.count() * queries.count());
        Matrix matrix = Matrix.of(memory, keys.count(), queries.count());
        return new ScoreBlock(matrix, keys.from() == queries.from(), workspace);
    }

    /** Raises {@code largest} to the largest score of every query. */
    void findLargest(float[] largest) {
        float[] lanes = lanes(Float.NEGATIVE_INFINITY);
        float[] rows = workspace.row(ROWS, lanes());
        for (int key = 0; key < matrix.rows(); key += group()) {
            matrix.read(key, number(key), rows);
            mask(rows, key, Float.NEGATIVE_INFINITY);
            VectorOps.largest(rows, lanes, number(key) * count());
        }
        for (int row = 0; row < group(); row++) {
            System.arraycopy(lanes, row * count(), rows, 0, count());
            VectorOps.largest(rows, largest, count());
        }
    }

    /** Turns scores into exp(score − largest); adds these weights to {@code sum}. */
    void weigh(float[] largest, float[] sum) {
        float[] lanes = lanes(0);
        float[] rows = workspace.row(ROWS, lanes());
        float[] repeated = repeated(LARGEST, largest);
        for (int key = 0; key < matrix.rows(); key += group()) {
            matrix.read(key, number(key), rows);
            workspace.exponential.ofDifferences(rows, repeated, number(key) * count());
            mask(rows, key, 0);
            VectorOps.add(rows, lanes, number(key) * count());
            matrix.write(key, number(key), rows);
        }
        for (int row = 0; row < group(); row++) {
            System.arraycopy(lanes, row * count(), rows, 0, count());
            VectorOps.add(rows, sum, count());
        }
    }

    /** From scores to weights exp(score − logSum); from {@code gradients} g of weights to weight · (g − product). */
    void differentiate(ScoreBlock gradients, float[] logSum, float[] product) {
        float[] rows = workspace.row(ROWS, lanes());
        float[] gradient = workspace.row(LANES, lanes());
        float[] logSums = repeated(LARGEST, logSum);
        float[] products = repeated(PRODUCTS, product);
        for (int key = 0; key < matrix.rows(); key += group()) {
            int elements = number(key) * count();
            matrix.read(key, number(key), rows);
            workspace.exponential.ofDifferences(rows, logSums, elements);
            mask(rows, key, 0);
            matrix.write(key, number(key), rows);
            gradients.matrix.read(key, number(key), gradient);
            VectorOps.multiplyDifference(rows, gradient, products, gradient, elements);
            gradients.matrix.write(key, number(key), gradient);
        }
    }

    private void mask(float[] rows, int key, float value) {
        for (int row = 0; diagonal && row < number(key); row++) {
            Arrays.fill(rows, row * count(), row * count() + key + row, value);
        }
    }

    private float[] repeated(Workspace.Slot<float[]> slot, float[] ofQueries) {
        float[] repeated = workspace.row(slot, lanes());
        for (int row = 0; row < group(); row++) {
            System.arraycopy(ofQueries, 0, repeated, row * count(), count());
        }
        return repeated;
    }

    private float[] lanes(float value) {
        float[] lanes = workspace.row(LANES, lanes());
        Arrays.fill(lanes, 0, lanes(), value);
        return lanes;
    }

    private int lanes() {
        return group() * count();
    }

    /** Rows that are worked on together. */
    private int group() {
        return Math.max(1, Exponential.LANES / count());
    }

    private int number(int key) {
        return Math.min(group(), matrix.rows() - key);
    }

    private int count() {
        return matrix.columns();
    }
}
