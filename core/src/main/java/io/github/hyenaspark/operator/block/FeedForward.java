package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.nn.LayerNorm;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.List;

/**
 * The second branch of a block, r + dropout(fc2(gelu(fc1(norm(r))))), a tile at a time, so that inner activations stay
 * in the cache. Keeps the product of fc1 without its bias, or computes it again in the backward pass.
 */
final class FeedForward {
    private static final Workspace.Slot<FloatArray> ACTIVATED = Workspace.Slot.array();
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<FloatArray> BRANCH = Workspace.Slot.array();
    private static final Workspace.Slot<float[]> VALUE = Workspace.Slot.row();
    private static final Workspace.Slot<FloatArray> HIDDEN = Workspace.Slot.array();
    private static final Workspace.Slot<float[][]> NORMALISED = Workspace.Slot.rows();
    private static final Workspace.Slot<FloatArray> NORMED = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> INNER_GRADIENT = Workspace.Slot.array();
    private static final Workspace.Slot<float[]> PRODUCT = Workspace.Slot.row();
    private static final Workspace.Slot<float[][]> NORMED_GRADIENT = Workspace.Slot.rows();

    private static final Workspace.Slot<FloatArray> NORM_GRADIENT = Workspace.Slot.array();

    private final int width;
    private final int innerWidth;
    private final double dropoutRate;
    private final boolean recomputes;
    private final LayerNorm norm;
    private FloatArray hidden = FloatArray.allocate(0); // tiles of I×count, one after the other
    private float[] firstBias = {};
    private float[] secondBias = {};

    FeedForward(BlockConfig config, boolean recomputes) {
        width = config.mixer().width();
        innerWidth = config.innerWidth();
        dropoutRate = config.dropout();
        this.recomputes = recomputes;
        norm = new LayerNorm(width);
    }

    void start(ForwardContext<FloatArray> pass) {
        norm.start(pass.within("norm2"));
        firstBias = pass.parameter("fc1.bias").toArray();
        secondBias = pass.parameter("fc2.bias").toArray();
        if (!recomputes) {
            hidden = hidden.roomFor((long) innerWidth * pass.batchSize() * pass.length());
        }
    }

    /** Writes the tile's part of {@code output}, B×D×L; {@code stream} is r, D rows, and stays. */
    void forward(Tile tile, float[][] stream, FloatArray output, ForwardContext<FloatArray> pass) {
        int count = tile.count();
        Workspace workspace = tile.workspace();
        Matrix hiddenTile = hidden(tile, stream, pass);
        Matrix activated = tile.matrix(ACTIVATED, innerWidth);
        activate(hiddenTile, activated, workspace);
        float[] row = workspace.row(ROW, count);
        Matrix branch = tile.matrix(BRANCH, width);
        branch.set(Matrix.of(pass.parameter("fc2.weight"), width, innerWidth), activated);
        Dropout dropout = pass.dropout().named("branch2");
        for (int d = 0; d < width; d++) {
            branch.read(d, row);
            VectorOps.add(secondBias[d], row, count);
            tile.drop(dropout, dropoutRate, width, d, row);
            VectorOps.add(stream[d], row, count);
            output.write(tile.start(width, d), row, count);
        }
    }

    /** The GELU of {@code hiddenTile} with its bias, as many rows at a time as make a long row. */
    private void activate(Matrix hiddenTile, Matrix activated, Workspace workspace) {
        int count = hiddenTile.columns();
        int most = Math.max(1, Tile.LENGTH / count);
        float[] rows = workspace.row(ROW, most * count);
        float[] values = workspace.row(VALUE, most * count);
        for (int i = 0; i < innerWidth; i += most) {
            int number = Math.min(most, innerWidth - i);
            hiddenTile.read(i, number, rows);
            for (int row = 0; row < number; row++) {
                VectorOps.add(firstBias[i + row], rows, row * count, count);
            }
            workspace.gelu.forward(rows, values, number * count);
            activated.write(i, number, values);
        }
    }

    Backward startBackward(ForwardContext<FloatArray> pass) {
        start(pass);
        return new Backward(pass);
    }

    /** fc1(norm(r)) without its bias. */
    private Matrix hidden(Tile tile, float[][] stream, ForwardContext<FloatArray> pass) {
        Matrix result = recomputes ? tile.matrix(HIDDEN, innerWidth) : tile.packed(hidden, innerWidth);
        result.set(Matrix.of(pass.parameter("fc1.weight"), innerWidth, width), normed(tile, stream));
        return result;
    }

    /** norm(r); leaves x̂ in {@link #NORMALISED}. */
    private Matrix normed(Tile tile, float[][] stream) {
        int count = tile.count();
        float[][] normalised = tile.workspace().rows(NORMALISED, width, count);
        for (int d = 0; d < width; d++) {
            System.arraycopy(stream[d], 0, normalised[d], 0, count);
        }
        Matrix normed = tile.matrix(NORMED, width);
        norm.forward(tile, normalised, normed);
        return normed;
    }

    final class Backward {
        private final ForwardContext<FloatArray> pass;
        private final SharedGradient firstWeight;
        private final SharedGradient secondWeight;
        private final SharedGradient.OfVector firstBiasGradient;
        private final SharedGradient.OfVector secondBiasGradient;
        private final LayerNorm.Gradients normGradients;

        private Backward(ForwardContext<FloatArray> pass) {
            this.pass = pass;
            firstWeight = new SharedGradient(pass, "fc1.weight", innerWidth, width);
            secondWeight = new SharedGradient(pass, "fc2.weight", width, innerWidth);
            firstBiasGradient = SharedGradient.OfVector.ofTiles(pass, Tile.LENGTH, "fc1.bias", innerWidth);
            secondBiasGradient = SharedGradient.OfVector.ofTiles(pass, Tile.LENGTH, "fc2.bias", width);
            normGradients = norm.new Gradients(pass.within("norm2"), Tile.LENGTH);
        }

        /** Those that the waves of {@link #run} add to. */
        List<SharedGradient> weights() {
            return List.of(firstWeight, secondWeight);
        }

        /**
         * In waves: turns {@code gradient}, D rows of the output's, into that of r, whose D rows are {@code stream}.
         */
        void run(Tile tile, float[][] stream, float[][] gradient) {
            int count = tile.count();
            Workspace workspace = tile.workspace();
            Matrix hiddenTile = recomputes ? hidden(tile, stream, pass) : tile.packed(hidden, innerWidth);
            Matrix branchGradient = tile.matrix(BRANCH, width);
            float[] row = workspace.row(ROW, count);
            Dropout dropout = pass.dropout().named("branch2");
            for (int d = 0; d < width; d++) {
                System.arraycopy(gradient[d], 0, row, 0, count);
                tile.drop(dropout, dropoutRate, width, d, row);
                branchGradient.write(d, row);
            }
            branchGradient.addRowSums(secondBiasGradient.of(tile), workspace);
            Matrix innerGradient = tile.matrix(INNER_GRADIENT, innerWidth);
            innerGradient.set(
                    Matrix.of(pass.parameter("fc2.weight"), width, innerWidth).t(), branchGradient);
            Matrix activated = tile.matrix(ACTIVATED, innerWidth);
            throughGelu(hiddenTile, activated, innerGradient, workspace);
            innerGradient.addRowSums(firstBiasGradient.of(tile), workspace);
            secondWeight.put(tile, branchGradient, activated.t());
            Matrix normed = normed(tile, stream);
            firstWeight.put(tile, innerGradient, normed.t());
            Matrix normGradient = tile.matrix(NORM_GRADIENT, width);
            normGradient.set(
                    Matrix.of(pass.parameter("fc1.weight"), innerWidth, width).t(), innerGradient);
            float[][] rows = workspace.rows(NORMED_GRADIENT, width, count);
            normGradient.read(rows);
            normGradients.backward(tile, workspace.rows(NORMALISED, width, count), rows);
            for (int d = 0; d < width; d++) {
                VectorOps.add(rows[d], gradient[d], count);
            }
        }

        /** The values of the GELU, and its derivatives times {@code gradient}. */
        private void throughGelu(Matrix hiddenTile, Matrix activated, Matrix gradient, Workspace workspace) {
            int count = gradient.columns();
            float[] derivative = workspace.row(ROW, count);
            float[] value = workspace.row(VALUE, count);
            float[] product = workspace.row(PRODUCT, count);
            for (int i = 0; i < innerWidth; i++) {
                hiddenTile.read(i, derivative);
                VectorOps.add(firstBias[i], derivative, count);
                workspace.gelu.forwardAndDerivative(derivative, value, count);
                activated.write(i, value);
                gradient.read(i, product);
                VectorOps.multiply(derivative, product, product, count);
                gradient.write(i, product);
            }
        }

        void finish() {
            firstBiasGradient.finish();
            secondBiasGradient.finish();
            normGradients.finish();
        }
    }
}
