package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.nn.ActivationMap;
import io.github.hyenaspark.operator.nn.LayerNorm;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;
import io.github.hyenaspark.operator.tensor.Rows;
import io.github.hyenaspark.operator.tensor.Tile;

/**
 * The forward half of a {@link Block}, for any mixer; keeps the input of the mixer's branch, its normalised form and
 * the sum of both for the backward half.
 */
final class BlockForward implements ActivationMap<FloatArray> {
    private final BlockConfig config;
    private final int width;
    private final LayerNorm norm;
    private final ActivationMap<FloatArray> mixer;
    private final FeedForward feedForward;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray normed = FloatArray.allocate(0); // B×D×L
    private FloatArray stream = FloatArray.allocate(0); // r after the mixer, B×D×L

    BlockForward(BlockConfig config, ActivationMap<FloatArray> mixer, Recompute recompute) {
        this.config = config;
        this.mixer = mixer;
        width = config.mixer().width();
        norm = new LayerNorm(width);
        feedForward = new FeedForward(config, recompute);
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, Pass<FloatArray> pass) {
        mix(newInput, pass);
        feedForward.start(pass);
        Tile.each(pass, Tile.LENGTH, tile -> feedForward.forward(tile, addBranch(tile, pass), output, pass));
    }

    /** What the backward half needs of a forward pass that was not the last one. */
    void restore(FloatArray newInput, Pass<FloatArray> pass) {
        mix(newInput, pass);
        Tile.each(pass, Tile.LENGTH, tile -> addBranch(tile, pass));
    }

    FloatArray input() {
        return input;
    }

    FloatArray normed() {
        return normed;
    }

    FloatArray stream() {
        return stream;
    }

    LayerNorm norm() {
        return norm;
    }

    FeedForward feedForward() {
        return feedForward;
    }

    private void mix(FloatArray newInput, Pass<FloatArray> pass) {
        input = newInput;
        normed = normed.atLeast(input.length());
        stream = stream.atLeast(input.length());
        norm.start(pass.within("norm1"));
        Tile.each(pass, Tile.LENGTH, tile -> {
            float[][] rows = tile.rows("block.input", input, width);
            norm.normalise(rows, tile.count(), tile.scratch());
            for (int d = 0; d < width; d++) {
                norm.scale(d, rows[d], rows[d], tile.count());
            }
            tile.write(rows, width, normed);
        });
        mixer.forward(normed, stream, pass.within("mixer"));
    }

    /** Adds the input to the mixer's output, both ways; returns the sum, D rows. */
    private float[][] addBranch(Tile tile, Pass<FloatArray> pass) {
        float[][] rows = tile.rows("block.stream", stream, width);
        float[] row = tile.scratch().row("block.row", tile.count());
        Dropout dropout = pass.dropout().named("branch1");
        for (int d = 0; d < width; d++) {
            tile.drop(dropout, config.dropout(), width, d, rows[d]);
            input.read(tile.start(width, d), row, tile.count());
            Rows.add(row, rows[d], tile.count());
        }
        tile.write(rows, width, stream);
        return rows;
    }
}
