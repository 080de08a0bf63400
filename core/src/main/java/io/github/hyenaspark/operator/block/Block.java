package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.LayerNorm;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.tensor.Dropout;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Gelu;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * r ← r + mixer(norm₁(r)); r ← r + feed-forward(norm₂(r)): one block of the language model, with dropout on both
 * branches. The backward pass of a mixer must allow the gradient to take the place of the input.
 */
public final class Block implements DifferentiableModule<FloatArray> {
    private static final Workspace.Slot<float[][]> GRADIENT = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> STREAM = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> INPUT = Workspace.Slot.rows();
    private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();

    private final BlockConfig config;
    private final int width;
    private final DifferentiableModule<FloatArray> mixer;
    private final Forward forward;

    public Block(BlockConfig config) {
        this(config, false);
    }

    Block(BlockConfig config, boolean recomputes) {
        this.config = config;
        width = config.mixer().width();
        mixer = config.mixer().map();
        forward = new Forward(config, mixer, recomputes);
    }

    @Override
    public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
        forward.forward(input, output, pass);
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        FloatArray stream = forward.stream;
        FloatArray normed = forward.normed;
        FeedForward.Backward feedForwardBackward = forward.feedForward.startBackward(pass);
        Tile.inWaves(pass, Tile.LENGTH, feedForwardBackward.weights(), tile -> {
            float[][] gradient = tile.rows(GRADIENT, outputGradient, width);
            feedForwardBackward.run(tile, tile.rows(STREAM, stream, width), gradient);
            tile.write(gradient, width, inputGradient);
            Dropout dropout = pass.dropout().named("branch1");
            for (int d = 0; d < width; d++) {
                tile.drop(dropout, config.dropout(), width, d, gradient[d]);
            }
            tile.write(gradient, width, stream);
        });
        feedForwardBackward.finish();
        mixer.backward(stream, normed, pass.within("mixer"));
        LayerNorm norm = forward.norm;
        LayerNorm.Gradients normGradients = norm.new Gradients(pass.within("norm1"), Tile.LENGTH);
        Tile.each(pass, Tile.LENGTH, tile -> {
            float[][] normalised = tile.rows(INPUT, forward.input, width);
            norm.normalise(normalised, normalised, tile.count(), tile.workspace());
            float[][] gradient = tile.rows(GRADIENT, normed, width);
            normGradients.backward(tile, normalised, gradient);
            float[] row = tile.workspace().row(ROW, tile.count());
            for (int d = 0; d < width; d++) {
                inputGradient.read(tile.start(width, d), row, tile.count());
                VectorOps.add(gradient[d], row, tile.count());
                inputGradient.write(tile.start(width, d), row, tile.count());
            }
        });
        normGradients.finish();
    }

    /** The forward half, for any mixer; keeps the mixer's input, its normalised form and the sum of both branches. */
    static final class Forward implements InferenceModule<FloatArray> {
        private final BlockConfig config;
        private final int width;
        private final LayerNorm norm;
        private final InferenceModule<FloatArray> mixer;
        private final FeedForward feedForward;
        private FloatArray input = FloatArray.allocate(0); // the caller's
        private FloatArray normed = FloatArray.allocate(0); // B×D×L
        private FloatArray stream = FloatArray.allocate(0); // r after the mixer, B×D×L

        Forward(BlockConfig config, InferenceModule<FloatArray> mixer, boolean recomputes) {
            this.config = config;
            this.mixer = mixer;
            width = config.mixer().width();
            norm = new LayerNorm(width);
            feedForward = new FeedForward(config, recomputes);
        }

        @Override
        public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
            mix(newInput, pass);
            feedForward.start(pass);
            Tile.each(pass, Tile.LENGTH, tile -> feedForward.forward(tile, addBranch(tile, pass), output, pass));
        }

        /** What the backward half needs of a forward pass that was not the last one. */
        void restore(FloatArray newInput, ForwardContext<FloatArray> pass) {
            mix(newInput, pass);
            Tile.each(pass, Tile.LENGTH, tile -> addBranch(tile, pass));
        }

        private void mix(FloatArray newInput, ForwardContext<FloatArray> pass) {
            input = newInput;
            normed = normed.roomFor(input.length());
            stream = stream.roomFor(input.length());
            norm.start(pass.within("norm1"));
            Tile.each(pass, Tile.LENGTH, tile -> {
                float[][] rows = tile.rows(INPUT, input, width);
                norm.forward(tile, rows, rows, rows);
                tile.write(rows, width, normed);
            });
            mixer.forward(normed, stream, pass.within("mixer"));
        }

        /** Adds the input to the mixer's output, both ways; returns the sum, D rows. */
        private float[][] addBranch(Tile tile, ForwardContext<FloatArray> pass) {
            float[][] rows = tile.rows(STREAM, stream, width);
            float[] row = tile.workspace().row(ROW, tile.count());
            Dropout dropout = pass.dropout().named("branch1");
            for (int d = 0; d < width; d++) {
                tile.drop(dropout, config.dropout(), width, d, rows[d]);
                input.read(tile.start(width, d), row, tile.count());
                VectorOps.add(row, rows[d], tile.count());
            }
            tile.write(rows, width, stream);
            return rows;
        }
    }

    /** A block for a sequence that grows, as {@link MixerConfig#incrementalModule}; equal up to rounding. */
    public static final class Incremental implements InferenceModule<FloatArray> {
        private final InferenceModule<FloatArray> forward;
        private int length;

        public Incremental(BlockConfig config, int capacity, ForwardContext<FloatArray> pass) {
            config.mixer().checkLength(capacity);
            forward = new Forward(config, config.mixer().incrementalModule(capacity, pass.within("mixer")), true);
        }

        @Override
        public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
            if (length > 0 && pass.length() != 1) {
                throw new IllegalArgumentException(
                        "a sequence continues one step at a time, found " + pass.length() + " steps");
            }
            forward.forward(input, output, pass);
            length += pass.length();
        }
    }

    /**
     * A block that keeps only its input and computes the rest again in its backward pass (arXiv 1604.06174). Blocks
     * share the memory they compute in, so memory grows with (blocks + a constant) × B×D×L.
     */
    public static final class Recomputed implements DifferentiableModule<FloatArray> {
        private final Block shared;
        private FloatArray input = FloatArray.allocate(0); // the caller's

        private Recomputed(Block shared) {
            this.shared = shared;
        }

        public static Recomputed first(BlockConfig config) {
            return new Recomputed(new Block(config, true));
        }

        /** Another block of the same configuration, which computes in the same place. */
        public Recomputed next() {
            return new Recomputed(shared);
        }

        @Override
        public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
            input = newInput;
            shared.forward(input, output, pass);
        }

        @Override
        public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
            shared.forward.restore(input, pass);
            shared.backward(outputGradient, inputGradient, pass);
        }
    }

    /** The double reference of {@link Block}. */
    public static final class Reference implements DifferentiableModule<double[]> {
        private final BlockConfig config;
        private final DifferentiableModule<double[]> mixer;
        private double[] input = {};
        private double[] residual = {};
        private double[] normed2 = {};
        private double[] hidden = {};

        public Reference(BlockConfig config) {
            this.config = config;
            mixer = config.mixer().referenceModule();
        }

        @Override
        public void forward(double[] newInput, double[] output, ForwardContext<double[]> pass) {
            input = newInput;
            double[] branch = new double[input.length];
            mixer.forward(LayerNorm.Reference.forward(input, pass.within("norm1")), branch, pass.within("mixer"));
            residual = sum(input, dropped(branch, pass.dropout().named("branch1"), pass.length()));
            normed2 = LayerNorm.Reference.forward(residual, pass.within("norm2"));
            hidden = Dense.Reference.forward("fc1", normed2, pass);
            double[] out = Dense.Reference.forward("fc2", activated(), pass);
            double[] result = sum(residual, dropped(out, pass.dropout().named("branch2"), pass.length()));
            System.arraycopy(result, 0, output, 0, result.length);
        }

        @Override
        public void backward(double[] outputGradient, double[] inputGradient, ForwardContext<double[]> pass) {
            double[] branch = dropped(outputGradient, pass.dropout().named("branch2"), pass.length());
            double[] dHidden = Dense.Reference.backward("fc2", activated(), branch, pass);
            for (int i = 0; i < dHidden.length; i++) {
                dHidden[i] *= Gelu.derivative(hidden[i]);
            }
            double[] dNormed2 = Dense.Reference.backward("fc1", normed2, dHidden, pass);
            double[] dResidual =
                    sum(outputGradient, LayerNorm.Reference.backward(residual, dNormed2, pass.within("norm2")));
            double[] dNormed1 = new double[input.length];
            mixer.backward(
                    dropped(dResidual, pass.dropout().named("branch1"), pass.length()), dNormed1, pass.within("mixer"));
            double[] result = sum(dResidual, LayerNorm.Reference.backward(input, dNormed1, pass.within("norm1")));
            System.arraycopy(result, 0, inputGradient, 0, result.length);
        }

        private double[] activated() {
            return Arrays.stream(hidden).map(Gelu::value).toArray();
        }

        private double[] dropped(double[] values, Dropout dropout, int length) {
            double[] result = values.clone();
            for (int at = 0; at < result.length; at += length) {
                dropout.apply(config.dropout(), at / length, result, at, length);
            }
            return result;
        }

        private static double[] sum(double[] x, double[] y) {
            double[] result = x.clone();
            for (int i = 0; i < result.length; i++) {
                result[i] += y[i];
            }
            return result;
        }
    }
}
