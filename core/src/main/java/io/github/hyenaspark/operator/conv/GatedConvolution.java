package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.hyena.LongFilters;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.SigmoidTanh;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;

/** Value and gate by one projection, the filtered value times the sigmoid of the gate, and an output projection. */
final class GatedConvolution implements DifferentiableModule<FloatArray> {
    private static final Workspace.Slot<float[][]> ROWS = Workspace.Slot.rows();

    private final ConvConfig config;
    private final int width;
    private final LongFilters taps;
    private final Dense inputProjection;
    private final Dense outputProjection;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray projected = FloatArray.allocate(0); // values and gates, B×2D×L; in the backward pass gradients
    private FloatArray filtered = FloatArray.allocate(0); // B×D×L
    private FloatArray gated = FloatArray.allocate(0); // B×D×L; in the backward pass its gradient

    GatedConvolution(ConvConfig config) {
        this.config = config;
        width = config.width();
        taps = config.filters();
        inputProjection = Dense.in(width, 2 * width);
        outputProjection = Dense.out(width);
    }

    /** For one sequence of at most {@code capacity} steps that grows. */
    GatedConvolution(ConvConfig config, int capacity, ForwardContext<FloatArray> pass) {
        this(config);
        taps.grow(1, pass.ofLength(capacity));
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        long size = (long) pass.batchSize() * width * pass.length();
        projected = projected.roomFor(2 * size);
        filtered = filtered.roomFor(taps.grows() ? 0 : size);
        gated = gated.roomFor(size);
        inputProjection.forward(input, projected, pass);
        taps.startForward(pass);
        taps.divide(width, pass, (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            Channels channels = new Channels(pass, workspace, taps.forwardChannel(workspace));
            for (int channel = from; channel < to; channel++) {
                channels.forward(channel);
            }
        });
        outputProjection.forward(gated, output, pass);
        taps.finishForward();
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        outputProjection.backward(gated, outputGradient, gated, pass);
        taps.startBackward();
        pass.pool().divide(width, (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            LongFilters.ChannelConvolution filter = taps.channel(workspace);
            Channels channels = new Channels(pass, workspace, filter);
            for (int channel = from; channel < to; channel++) {
                channels.backward(channel, filter);
            }
        });
        taps.finishBackward(pass);
        inputProjection.backward(input, projected, inputGradient, pass);
    }

    private final class Channels {
        private final LongFilters.ChannelFilters filter;
        private final ForwardContext<FloatArray> pass;
        private final int length;
        private final SigmoidTanh sigmoidTanh;
        private final float[] value;
        private final float[] gate;
        private final float[] row;
        private final float[] gradient;

        Channels(ForwardContext<FloatArray> pass, Workspace workspace, LongFilters.ChannelFilters filter) {
            this.filter = filter;
            this.pass = pass;
            length = pass.length();
            sigmoidTanh = workspace.sigmoidTanh;
            float[][] rows = workspace.rows(ROWS, 4, length);
            value = rows[0];
            gate = rows[1];
            row = rows[2];
            gradient = rows[3];
        }

        void forward(int channel) {
            filter.start(channel);
            for (int b = 0; b < pass.batchSize(); b++) {
                read(b, channel);
                filter.convolve(0, 0, value, row);
                if (!taps.grows()) {
                    filtered.write(start(b, width, channel), row, length);
                }
                VectorOps.multiply(gate, row, row, length);
                gated.write(start(b, width, channel), row, length);
            }
        }

        /** With s = σ(gate) and y = q s: ds = dy q s(1 − s), dq = dy s. */
        void backward(int channel, LongFilters.ChannelConvolution convolution) {
            convolution.startBackward(channel);
            for (int b = 0; b < pass.batchSize(); b++) {
                read(b, channel);
                gated.read(start(b, width, channel), gradient, length);
                filtered.read(start(b, width, channel), row, length);
                VectorOps.multiply(gradient, row, row, length);
                VectorOps.sigmoidBackward(row, gate, row, length);
                projected.write(start(b, 2 * width, width + channel), row, length);
                VectorOps.multiply(gradient, gate, gradient, length);
                convolution.backward(0, gradient, value, row);
                projected.write(start(b, 2 * width, channel), row, length);
            }
            convolution.finishBackward(channel);
        }

        /** Copies the value and the sigmoid of the gate. */
        private void read(int b, int channel) {
            projected.read(start(b, 2 * width, channel), value, length);
            projected.read(start(b, 2 * width, width + channel), gate, length);
            sigmoidTanh.logistic(gate, length);
        }

        private long start(int b, int channels, int channel) {
            return ((long) b * channels + channel) * length;
        }
    }
}
