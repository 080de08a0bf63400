package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InputProjection;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.tensor.CellLoops;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.SigmoidTanh;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;

/**
 * The convolutional mixer in the form that runs: value and gate by one projection, the value filtered channel by
 * channel, times the logistic function of the gate, and an output projection. {@link ReferenceConvolution} is the same
 * in plain double loops, {@link IncrementalGatedConvolution} the same for a sequence that grows.
 */
final class GatedConvolution implements DifferentiableModule<FloatArray> {
    private final ConvConfig config;
    private final int width;
    private final InputProjection inputProjection;
    private final OutputProjection outputProjection;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray projected = FloatArray.allocate(0); // values and gates, B×2D×L; in the backward pass gradients
    private FloatArray filtered = FloatArray.allocate(0); // B×D×L
    private FloatArray gated = FloatArray.allocate(0); // B×D×L; in the backward pass its gradient

    GatedConvolution(ConvConfig config) {
        this.config = config;
        width = config.width();
        inputProjection = new InputProjection(width, 2 * width);
        outputProjection = new OutputProjection(width);
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        long size = (long) pass.batchSize() * width * pass.length();
        projected = projected.atLeast(2 * size);
        filtered = filtered.atLeast(size);
        gated = gated.atLeast(size);
        inputProjection.forward(input, projected, pass);
        DepthwiseConv taps = DepthwiseConv.of(config, pass);
        pass.pool().divide(width, (member, from, to) -> {
            Channels channels = new Channels(taps, pass, pass.pool().workspace(member));
            for (int channel = from; channel < to; channel++) {
                channels.forward(channel);
            }
        });
        outputProjection.forward(gated, output, pass);
    }

    /**
     * {@inheritDoc}
     *
     * <p>{@code inputGradient} may be the input of the forward pass itself, which it then replaces.
     */
    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        outputProjection.backward(gated, outputGradient, pass);
        DepthwiseConv taps = DepthwiseConv.of(config, pass);
        pass.pool().divide(width, (member, from, to) -> {
            Channels channels = new Channels(taps, pass, pass.pool().workspace(member));
            for (int channel = from; channel < to; channel++) {
                channels.backward(channel);
            }
        });
        taps.finishBackward(pass);
        inputProjection.backward(input, projected, inputGradient, pass);
    }

    /** The channels of one member of the pool, one after the other. */
    private final class Channels {
        private final DepthwiseConv.Channel taps;
        private final ForwardContext<FloatArray> pass;
        private final int length;
        private final SigmoidTanh squash;
        private final float[] value;
        private final float[] gate;
        private final float[] row;
        private final float[] gradient;

        Channels(DepthwiseConv taps, ForwardContext<FloatArray> pass, Workspace workspace) {
            this.taps = taps.channel(workspace);
            this.pass = pass;
            length = pass.length();
            squash = workspace.squash();
            float[][] rows = workspace.rows("conv.rows", 4, length);
            value = rows[0];
            gate = rows[1];
            row = rows[2];
            gradient = rows[3];
        }

        void forward(int channel) {
            taps.start(channel);
            for (int b = 0; b < pass.batchSize(); b++) {
                read(b, channel);
                taps.forward(value, row);
                filtered.write(start(b, width, channel), row, length);
                VectorOps.multiply(gate, row, row, length);
                gated.write(start(b, width, channel), row, length);
            }
        }

        /** With s = σ(gate) and y = q s: ds = dy q s(1 − s), dq = dy s. */
        void backward(int channel) {
            taps.startBackward(channel);
            for (int b = 0; b < pass.batchSize(); b++) {
                read(b, channel);
                gated.read(start(b, width, channel), gradient, length);
                filtered.read(start(b, width, channel), row, length);
                VectorOps.multiply(gradient, row, row, length);
                CellLoops.ofLogistic(row, gate, row, length);
                projected.write(start(b, 2 * width, width + channel), row, length);
                VectorOps.multiply(gradient, gate, gradient, length);
                taps.backward(gradient, value, row);
                projected.write(start(b, 2 * width, channel), row, length);
            }
            taps.finishBackward(pass);
        }

        /** Copies the value and the logistic function of the gate. */
        private void read(int b, int channel) {
            projected.read(start(b, 2 * width, channel), value, length);
            projected.read(start(b, 2 * width, width + channel), gate, length);
            squash.logistic(gate, length);
        }

        private long start(int b, int channels, int channel) {
            return ((long) b * channels + channel) * length;
        }
    }
}
