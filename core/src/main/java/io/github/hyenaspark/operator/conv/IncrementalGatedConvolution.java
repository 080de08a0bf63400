package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.convolution.IncrementalConvolution;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.InputProjection;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;

/** {@link GatedConvolution} for one sequence that grows: the first pass takes its beginning, every later one a step. */
final class IncrementalGatedConvolution implements InferenceModule<FloatArray> {
    private final int width;
    private final IncrementalFilter filter;
    private final InputProjection inputProjection;
    private final OutputProjection outputProjection;
    private FloatArray projected = FloatArray.allocate(0); // values and gates, 2D×L
    private FloatArray gated = FloatArray.allocate(0); // D×L

    /** The filters of all channels for a sequence that grows. */
    sealed interface IncrementalFilter permits IncrementalDirectConv, IncrementalLongConv {
        /** Filters the next {@code count} steps of a channel in place; channels come one after the other. */
        void filter(int channel, float[] row, int count);

        /** After all channels have taken {@code count} steps. */
        void advance(int count);
    }

    IncrementalGatedConvolution(ConvConfig config, IncrementalFilter filter) {
        width = config.width();
        this.filter = filter;
        inputProjection = new InputProjection(width, 2 * width);
        outputProjection = new OutputProjection(width);
    }

    @Override
    public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
        int length = pass.length();
        projected = projected.atLeast(2L * width * length);
        gated = gated.atLeast((long) width * length);
        inputProjection.forward(input, projected, pass);
        Workspace workspace = pass.pool().workspace(0);
        float[] value = workspace.row("conv.value", length);
        float[] gate = workspace.row("conv.gate", length);
        for (int channel = 0; channel < width; channel++) {
            projected.read((long) channel * length, value, length);
            projected.read((long) (width + channel) * length, gate, length);
            filter.filter(channel, value, length);
            workspace.squash().logistic(gate, length);
            VectorOps.multiply(gate, value, value, length);
            gated.write((long) channel * length, value, length);
        }
        filter.advance(length);
        outputProjection.forward(gated, output, pass);
    }

    /** Filters of a few taps: the last K−1 inputs of every channel are kept, and a step costs K. */
    static final class IncrementalDirectConv implements IncrementalGatedConvolution.IncrementalFilter {
        private final ShortConvolution convolution;
        private final float[][] tails; // D×(K−1), the latest last

        IncrementalDirectConv(ConvConfig config, ForwardContext<FloatArray> pass) {
            convolution = DirectDepthwiseConv.shortConvolution(config, pass);
            tails = new float[config.width()][config.taps() - 1];
        }

        @Override
        public void filter(int channel, float[] row, int count) {
            float[] tail = tails[channel];
            for (int t = 0; t < count; t++) {
                float present = row[t];
                row[t] = convolution.step(channel, tail, present);
                if (tail.length > 0) {
                    System.arraycopy(tail, 1, tail, 0, tail.length - 1);
                    tail[tail.length - 1] = present;
                }
            }
        }

        @Override
        public void advance(int count) {
            // every channel has its own tail
        }
    }

    /** Filters of many taps: {@link IncrementalConvolution} with zeros after the last one. */
    static final class IncrementalLongConv implements IncrementalGatedConvolution.IncrementalFilter {
        private final IncrementalConvolution convolution;
        private final float[] bias;

        /** Filters for a sequence of at most {@code capacity} steps. */
        IncrementalLongConv(ConvConfig config, int capacity, ForwardContext<FloatArray> pass) {
            float[][] filters = new float[config.width()][capacity];
            for (int channel = 0; channel < filters.length; channel++) {
                FftDepthwiseConv.read(
                        pass.parameter("taps.weight"), channel, config.taps(), filters[channel], capacity);
            }
            convolution = new IncrementalConvolution(filters, 1);
            bias = pass.parameter("taps.bias").toArray();
        }

        @Override
        public void filter(int channel, float[] row, int count) {
            convolution.prepare(channel);
            if (convolution.length() == 0) {
                convolution.first(channel, 0, row, row, count);
            } else {
                row[0] = convolution.next(channel, 0, row[0]);
            }
            VectorOps.add(bias[channel], row, count);
        }

        @Override
        public void advance(int count) {
            convolution.advance(count);
        }
    }
}
