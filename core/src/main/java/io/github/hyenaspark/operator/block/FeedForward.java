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
    private static final Workspace.Slot<float[][]> NORMALISED = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> NORMED = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> HIDDEN = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> ACTIVATED = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> BRANCH = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> INNER_GRADIENT = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> NORMED_GRADIENT = Workspace.Slot.rows();
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> VALUE = Workspace.Slot.row();

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
        float[][] activated = tile.rows(ACTIVATED, innerWidth);
        activate(hidden(tile, stream, pass), activated, tile.workspace());
        float[][] branch = tile.rows(BRANCH, width);
        tile.of(branch, width)
                .set(Matrix.of(pass.parameter("fc2.weight"), width, innerWidth), tile.of(activated, innerWidth));
        Dropout dropout = pass.dropout().named("branch2");
        for (int d = 0; d < width; d++) {
            VectorOps.add(secondBias[d], branch[d], count);
            tile.drop(dropout, dropoutRate, width, d, branch[d]);
            VectorOps.add(stream[d], branch[d], count);
        }
        tile.write(branch, width, output);
    }

    /** The GELU of {@code hiddenTile} with its bias, as many rows at a time as make a long row. */
    private void activate(Matrix hiddenTile, float[][] activated, Workspace workspace) {
        int count = hiddenTile.columns();
        int most = Math.max(1, Tile.LENGTH / count);
        float[] rows = workspace.row(ROW, most * count);
        for (int i = 0; i < innerWidth; i += most) {
            int number = Math.min(most, innerWidth - i);
            hiddenTile.read(i, number, rows);
            for (int row = 0; row < number; row++) {
                VectorOps.add(firstBias[i + row], rows, row * count, count);
            }
            float[] values = most == 1 ? activated[i] : workspace.row(VALUE, most * count);
            workspace.gelu.forward(rows, values, number * count);
            for (int row = 0; row < number && most > 1; row++) {
                System.arraycopy(values, row * count, activated[i + row], 0, count);
            }
        }
    }

    Backward startBackward(ForwardContext<FloatArray> pass) {
        start(pass);
        return new Backward(pass);
    }

    /** fc1(norm(r)) without its bias. */
    private Matrix hidden(Tile tile, float[][] stream, ForwardContext<FloatArray> pass) {
        Matrix result =
                recomputes ? tile.of(tile.rows(HIDDEN, innerWidth), innerWidth) : tile.packed(hidden, innerWidth);
        result.set(Matrix.of(pass.parameter("fc1.weight"), innerWidth, width), tile.of(normed(tile, stream), width));
        return result;
    }

    /** norm(r); leaves x̂ in {@link #NORMALISED}. */
    private float[][] normed(Tile tile, float[][] stream) {
        float[][] normed = tile.rows(NORMED, width);
        norm.forward(tile, stream, tile.rows(NORMALISED, width), normed);
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
            float[][] branchRows = tile.rows(BRANCH, width);
            Dropout dropout = pass.dropout().named("branch2");
            for (int d = 0; d < width; d++) {
                System.arraycopy(gradient[d], 0, branchRows[d], 0, count);
                tile.drop(dropout, dropoutRate, width, d, branchRows[d]);
            }
            Matrix branchGradient = tile.of(branchRows, width);
            branchGradient.addRowSums(secondBiasGradient.of(tile), workspace);
            float[][] innerRows = tile.rows(INNER_GRADIENT, innerWidth);
            Matrix innerGradient = tile.of(innerRows, innerWidth);
            innerGradient.set(
                    Matrix.of(pass.parameter("fc2.weight"), width, innerWidth).t(), branchGradient);
            float[][] activated = tile.rows(ACTIVATED, innerWidth);
            throughGelu(hiddenTile, activated, innerRows, workspace);
            innerGradient.addRowSums(firstBiasGradient.of(tile), workspace);
            secondWeight.put(
                    tile, branchGradient, tile.of(activated, innerWidth).t());
            firstWeight.put(
                    tile, innerGradient, tile.of(normed(tile, stream), width).t());
            float[][] normedGradient = tile.rows(NORMED_GRADIENT, width);
            tile.of(normedGradient, width)
                    .set(
                            Matrix.of(pass.parameter("fc1.weight"), innerWidth, width)
                                    .t(),
                            innerGradient);
            normGradients.backward(tile, tile.rows(NORMALISED, width), normedGradient);
            for (int d = 0; d < width; d++) {
                VectorOps.add(normedGradient[d], gradient[d], count);
            }
        }

        /** The values of the GELU, and its derivatives times {@code gradient}. */
        private void throughGelu(Matrix hiddenTile, float[][] activated, float[][] gradient, Workspace workspace) {
            int count = hiddenTile.columns();
            float[] derivative = workspace.row(ROW, count);
            for (int i = 0; i < innerWidth; i++) {
                hiddenTile.read(i, derivative);
                VectorOps.add(firstBias[i], derivative, count);
                workspace.gelu.forwardAndDerivative(derivative, activated[i], count);
                VectorOps.multiply(derivative, gradient[i], gradient[i], count);
            }
        }

        void finish() {
            firstBiasGradient.finish();
            secondBiasGradient.finish();
            normGradients.finish();
        }
    }
}
