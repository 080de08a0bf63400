package io.github.hyenaspark.operator;

/**
 * r ← r + mixer(norm₁(r)); r ← r + feed-forward(norm₂(r)): one block of the language model, with dropout on both
 * branches. Mixers plug in here. {@link PlainBlock} is the plain double form, {@link RecomputedBlock} the one that
 * keeps only its input.
 */
public final class Block implements DifferentiableMap<FloatArray> {
    private final BlockConfig config;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final DifferentiableMap<FloatArray> mixer;
    private final FeedForward feedForward;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray normed1 = FloatArray.allocate(0); // B×D×L, as all that follow
    private FloatArray residual = FloatArray.allocate(0);
    private FloatArray normed2 = FloatArray.allocate(0);
    private FloatArray branchGradient = FloatArray.allocate(0);
    private FloatArray residualGradient = FloatArray.allocate(0);

    /** A block that keeps what its backward pass needs. */
    public Block(BlockConfig config) {
        this(config, Recompute.NONE);
    }

    Block(BlockConfig config, Recompute recompute) {
        this.config = config;
        int width = config.mixer().width();
        norm1 = new LayerNorm(width);
        norm2 = new LayerNorm(width);
        mixer = new HyenaOperator(config.mixer());
        feedForward = new FeedForward(width, config.innerWidth(), recompute);
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, Pass<FloatArray> pass) {
        mix(newInput, pass);
        feedForward.forward(normed2, output, pass);
        addBranch(residual, output, pass.dropout().named("branch2"), pass.length());
    }

    /** What {@link #backward} needs of a forward pass that was not the last one. */
    void restore(FloatArray newInput, Pass<FloatArray> pass) {
        mix(newInput, pass);
        feedForward.restore(normed2, pass);
    }

    private void mix(FloatArray newInput, Pass<FloatArray> pass) {
        input = newInput;
        if (residual.length() != input.length()) {
            normed1 = FloatArray.allocate(input.length());
            normed2 = FloatArray.allocate(input.length());
            residual = FloatArray.allocate(input.length());
        }
        norm1.forward(input, normed1, pass.within("norm1"));
        mixer.forward(normed1, residual, pass.within("mixer"));
        addBranch(input, residual, pass.dropout().named("branch1"), pass.length());
        norm2.forward(residual, normed2, pass.within("norm2"));
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, Pass<FloatArray> pass) {
        if (branchGradient.length() != input.length()) {
            branchGradient = FloatArray.allocate(input.length());
            residualGradient = FloatArray.allocate(input.length());
        }
        int length = pass.length();
        branchBackward(outputGradient, residualGradient, pass.dropout().named("branch2"), length);
        feedForward.backward(residualGradient, branchGradient, pass);
        branchBackward(outputGradient, residualGradient, Dropout.OFF, length);
        norm2.backward(residual, branchGradient, residualGradient, pass.within("norm2"));
        branchBackward(residualGradient, inputGradient, pass.dropout().named("branch1"), length);
        mixer.backward(inputGradient, branchGradient, pass.within("mixer"));
        branchBackward(residualGradient, inputGradient, Dropout.OFF, length);
        norm1.backward(input, branchGradient, inputGradient, pass.within("norm1"));
    }

    /** branch = stream + dropout(branch). */
    private void addBranch(FloatArray stream, FloatArray branch, Dropout dropout, int length) {
        float[] row = new float[length];
        float[] sum = new float[length];
        for (long at = 0; at < branch.length(); at += length) {
            stream.read(at, row, length);
            branch.read(at, sum, length);
            dropout.apply(config.dropout(), at / length, sum, length);
            Rows.add(row, sum, length);
            branch.write(at, sum, length);
        }
    }

    /** to = dropout(gradient). */
    private void branchBackward(FloatArray gradient, FloatArray to, Dropout dropout, int length) {
        float[] row = new float[length];
        for (long at = 0; at < gradient.length(); at += length) {
            gradient.read(at, row, length);
            dropout.apply(config.dropout(), at / length, row, length);
            to.write(at, row, length);
        }
    }
}
