package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.nn.ActivationMap;
import io.github.hyenaspark.operator.nn.DifferentiableMap;
import io.github.hyenaspark.operator.nn.LayerNorm;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;
import io.github.hyenaspark.operator.tensor.Rows;
import io.github.hyenaspark.operator.tensor.Tile;

/**
 * r ← r + mixer(norm₁(r)); r ← r + feed-forward(norm₂(r)): one block of the language model, with dropout on both
 * branches. Mixers plug in here; their backward pass must allow the gradient to take the place of the input. What
 * stands between two mixers is done tile by tile, in one pass over memory. {@link PlainBlock} is the plain double form,
 * {@link RecomputedBlock} the one that keeps only its input.
 */
public final class Block implements DifferentiableMap<FloatArray> {
    private final BlockConfig config;
    private final int width;
    private final DifferentiableMap<FloatArray> mixer;
    private final BlockForward forward;

    /** A block that keeps what its backward pass needs. */
    public Block(BlockConfig config) {
        this(config, Recompute.NONE);
    }

    Block(BlockConfig config, Recompute recompute) {
        this.config = config;
        width = config.mixer().width();
        mixer = config.mixer().map();
        forward = new BlockForward(config, mixer, recompute);
    }

    /**
     * A block for one sequence of at most {@code capacity} steps that grows: its first pass takes the beginning, every
     * later one a single step. Outputs are those of a block that sees the whole sequence, up to rounding, and dropout
     * is off.
     *
     * @param pass whose parameters it has from now on
     */
    public static ActivationMap<FloatArray> online(BlockConfig config, int capacity, Pass<FloatArray> pass) {
        return new OnlineBlock(config, capacity, pass);
    }

    @Override
    public void forward(FloatArray input, FloatArray output, Pass<FloatArray> pass) {
        forward.forward(input, output, pass);
    }

    /** What {@link #backward} needs of a forward pass that was not the last one. */
    void restore(FloatArray input, Pass<FloatArray> pass) {
        forward.restore(input, pass);
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, Pass<FloatArray> pass) {
        FloatArray stream = forward.stream();
        FloatArray normed = forward.normed();
        FeedForward.Backward feedForwardBackward = forward.feedForward().startBackward(pass);
        Tile.each(pass, Tile.LENGTH, tile -> {
            float[][] gradient = tile.rows("block.gradient", outputGradient, width);
            feedForwardBackward.run(tile, tile.rows("block.stream", stream, width), gradient);
            tile.write(gradient, width, inputGradient);
            Dropout dropout = pass.dropout().named("branch1");
            for (int d = 0; d < width; d++) {
                tile.drop(dropout, config.dropout(), width, d, gradient[d]);
            }
            tile.write(gradient, width, stream);
        });
        feedForwardBackward.finish();
        mixer.backward(stream, normed, pass.within("mixer"));
        LayerNorm norm = forward.norm();
        LayerNorm.Gradients normGradients = norm.gradients(pass.within("norm1"));
        Tile.each(pass, Tile.LENGTH, tile -> {
            float[][] normalised = tile.rows("block.input", forward.input(), width);
            norm.normalise(normalised, tile.count(), tile.scratch());
            float[][] gradient = tile.rows("block.gradient", normed, width);
            normGradients.backward(tile, normalised, gradient);
            float[] row = tile.scratch().row("block.row", tile.count());
            for (int d = 0; d < width; d++) {
                inputGradient.read(tile.start(width, d), row, tile.count());
                Rows.add(gradient[d], row, tile.count());
                inputGradient.write(tile.start(width, d), row, tile.count());
            }
        });
        normGradients.finish();
    }
}
