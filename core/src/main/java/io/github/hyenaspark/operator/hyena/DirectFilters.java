package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;

/** {@link LongFilters} of a few taps, as sums of delayed rows. For one pass; threads have channels of their own. */
final class DirectFilters {
    private static final Workspace.Slot<float[][]> DELAYED = Workspace.Slot.rows();
    private static final Workspace.Slot<float[]> GATED = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> GATED_GRADIENT = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> GRADIENT = Workspace.Slot.row();

    private final LongFilters filters;
    private final ShortConvolution convolution;
    private final int length;

    DirectFilters(LongFilters filters) {
        this.filters = filters;
        convolution = convolution(filters.taps(), filters.bias());
        length = filters.length();
    }

    /** The convolution with taps of F filters, the present first. */
    static ShortConvolution convolution(float[][] taps, float[] bias) {
        int reach = taps[0].length;
        float[] weight = new float[taps.length * reach];
        for (int m = 0; m < taps.length; m++) {
            for (int delay = 0; delay < reach; delay++) {
                weight[index(m, delay, reach)] = taps[m][delay];
            }
        }
        return new ShortConvolution(weight, bias, new float[taps.length]);
    }

    private static int index(int m, int delay, int reach) {
        return (m + 1) * reach - 1 - delay;
    }

    LongFilters.ChannelConvolution channel(Workspace workspace) {
        return new Channel(workspace);
    }

    private final class Channel implements LongFilters.ChannelConvolution {
        private final Workspace workspace;
        private final float[][] delayed;
        private final float[] gated;
        private final float[] gatedGradient;
        private final float[] gradient;
        private int first; // filter of the channel

        Channel(Workspace workspace) {
            this.workspace = workspace;
            delayed = workspace.rows(DELAYED, convolution.taps(), length);
            gated = workspace.row(GATED, length);
            gatedGradient = workspace.row(GATED_GRADIENT, length);
            gradient = workspace.row(GRADIENT, length);
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public void start(int j) {
            first = j * filters.perChannel();
        }

        @Override
        public void startBackward(int j) {
            start(j);
        }

        @Override
        public void convolve(int r, int head, float[] input, float[] output) {
            convolution.delay(input, delayed, length);
            convolution.forward(first + r, delayed, output, length);
        }

        @Override
        public void backward(int r, float[] outputGradient, float[] input, float[] inputGradient) {
            convolution.delay(input, delayed, length);
            convolution.backward(
                    new ShortConvolution.Row(first + r, length, workspace), delayed, outputGradient, inputGradient);
        }

        @Override
        public void backwardGated(int r, LongConvolution.GatedRow row, LongConvolution.GatedGradient gradients) {
            VectorOps.multiply(row.value(), row.inputGate(), gated, length);
            VectorOps.multiply(gradients.output(), row.outputGate(), gradient, length);
            backward(r, gradient, gated, gatedGradient);
            VectorOps.multiply(gatedGradient, row.inputGate(), gradients.value(), length);
            VectorOps.multiply(gatedGradient, row.value(), gradients.inputGate(), length);
            VectorOps.multiply(row.convolved(), gradients.output(), gradients.outputGate(), length);
        }

        @Override
        public void finishBackward(int j) {
            int reach = convolution.taps();
            float[] ofTaps = new float[reach];
            for (int m = first; m < first + filters.perChannel(); m++) {
                for (int delay = 0; delay < reach; delay++) {
                    ofTaps[delay] = (float) convolution.weightGradient()[index(m, delay, reach)];
                }
                filters.addBiasGradient(m, convolution.biasGradient()[m]);
                filters.takeGradient(m, ofTaps, convolution.weightGradient()[index(m, 0, reach)]);
            }
        }
    }
}
