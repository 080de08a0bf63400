package io.github.hyenaspark.operator;

/**
 * r ← r + mixer(norm₁(r)); r ← r + feed-forward(norm₂(r)): one block of the language model, with dropout on both
 * branches. Mixers plug in here; their backward pass must allow the gradient to take the place of the input. What
 * stands between two mixers is done tile by tile, in one pass over memory. {@link PlainBlock} is the plain double form,
 * {@link RecomputedBlock} the one that keeps only its input.
 */
public final class Block implements DifferentiableMap<FloatArray> {
    private final BlockConfig config;
    private final int width;
    private final LayerNorm norm;
    private final DifferentiableMap<FloatArray> mixer;
    private final FeedForward feedForward;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray normed = FloatArray.allocate(0); // B×D×L
    private FloatArray stream = FloatArray.allocate(0); // r after the mixer, B×D×L

    /** A block that keeps what its backward pass needs. */
    public Block(BlockConfig config) {
        this(config, Recompute.NONE);
    }

    Block(BlockConfig config, Recompute recompute) {
        this.config = config;
        width = config.mixer().width();
        norm = new LayerNorm(width);
        mixer = new HyenaOperator(config.mixer());
        feedForward = new FeedForward(config, recompute);
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, Pass<FloatArray> pass) {
        mix(newInput, pass);
        feedForward.start(pass);
        Tile.each(pass, Tile.LENGTH, tile -> feedForward.forward(tile, addBranch(tile, pass), output, pass));
    }

    /** What {@link #backward} needs of a forward pass that was not the last one. */
    void restore(FloatArray newInput, Pass<FloatArray> pass) {
        mix(newInput, pass);
        Tile.each(pass, Tile.LENGTH, tile -> addBranch(tile, pass));
    }

    private void mix(FloatArray newInput, Pass<FloatArray> pass) {
        input = newInput;
        normed = normed.atLeast(input.length());
        stream = stream.atLeast(input.length());
        norm.start(pass.within("norm1"));
        Tile.each(pass, Tile.LENGTH, tile -> {
            float[][] rows = read(tile, input, "block.input");
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
        float[][] rows = read(tile, stream, "block.stream");
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

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, Pass<FloatArray> pass) {
        FeedForward.Backward feedForwardBackward = feedForward.startBackward(pass);
        Tile.each(pass, Tile.LENGTH, tile -> {
            float[][] gradient = read(tile, outputGradient, "block.gradient");
            feedForwardBackward.run(tile, read(tile, stream, "block.stream"), gradient);
            tile.write(gradient, width, inputGradient);
            Dropout dropout = pass.dropout().named("branch1");
            for (int d = 0; d < width; d++) {
                tile.drop(dropout, config.dropout(), width, d, gradient[d]);
            }
            tile.write(gradient, width, stream);
        });
        feedForwardBackward.finish();
        mixer.backward(stream, normed, pass.within("mixer"));
        LayerNorm.Gradients normGradients = norm.gradients(pass.within("norm1"));
        Tile.each(pass, Tile.LENGTH, tile -> {
            float[][] normalised = read(tile, input, "block.input");
            norm.normalise(normalised, tile.count(), tile.scratch());
            float[][] gradient = read(tile, normed, "block.gradient");
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

    private float[][] read(Tile tile, FloatArray array, String name) {
        float[][] rows = tile.scratch().rows(name, width, tile.count());
        tile.read(array, width, rows);
        return rows;
    }
}
