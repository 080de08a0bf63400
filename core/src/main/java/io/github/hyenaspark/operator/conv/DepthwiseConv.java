package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Sums;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * Causal depthwise filters with biases, q[t] = b + Σ_j s[j] v[t−(K−1)+j], v = 0 before the start, so the last tap is
 * the present, as in PyTorch's {@code conv1d}. For one pass; members of a pool have channels of their own.
 */
sealed interface DepthwiseConv {
    /** Those of a pass, done in the way that is faster for so many taps. */
    static DepthwiseConv of(ConvConfig config, ForwardContext<FloatArray> pass) {
        return config.direct() ? new Direct(config, pass) : new Fft(config, pass);
    }

    /** One channel after the other, in the thread that owns {@code workspace}. */
    ChannelConv channel(Workspace workspace);

    /** After a backward pass: adds the gradients of the parameters. */
    void finishBackward(ForwardContext<FloatArray> pass);

    interface ChannelConv {
        void start(int channel);

        /** Filters a row of L steps. */
        void forward(float[] input, float[] output);

        default void startBackward(int channel) {
            start(channel);
        }

        /** Overwrites {@code inputGradient}, sums the filter's own gradients. */
        void backward(float[] outputGradient, float[] input, float[] inputGradient);

        /** Adds the gradient of the channel's taps, unless those of all channels are added at once. */
        default void finishBackward(ForwardContext<FloatArray> pass) {}
    }

    /** Filters of a few taps: the sum of as many delayed rows. */
    final class Direct implements DepthwiseConv {
        private static final Workspace.Slot<float[][]> DELAYED = Workspace.Slot.rows();

        private final int length;
        private final ShortConvolution convolution;

        Direct(ConvConfig config, ForwardContext<FloatArray> pass) {
            length = pass.length();
            convolution = shortConvolution(config, pass);
        }

        /** The input's bias is in the rows already. */
        static ShortConvolution shortConvolution(ConvConfig config, ForwardContext<FloatArray> pass) {
            return new ShortConvolution(
                    pass.parameter("taps.weight").toArray(),
                    pass.parameter("taps.bias").toArray(),
                    new float[config.width()]);
        }

        @Override
        public ChannelConv channel(Workspace workspace) {
            return new DirectChannel(workspace);
        }

        @Override
        public void finishBackward(ForwardContext<FloatArray> pass) {
            pass.gradient("taps.weight").add(convolution.weightGradient());
            pass.gradient("taps.bias").add(convolution.biasGradient());
        }

        private final class DirectChannel implements ChannelConv {
            private final Workspace workspace;
            private final float[][] delayed;
            private int channel;

            DirectChannel(Workspace workspace) {
                this.workspace = workspace;
                delayed = workspace.rows(DELAYED, convolution.taps(), length);
            }

            @Override
            public void start(int newChannel) {
                channel = newChannel;
            }

            @Override
            public void forward(float[] input, float[] output) {
                convolution.delay(input, delayed, length);
                convolution.forward(channel, delayed, output, length);
            }

            @Override
            public void backward(float[] outputGradient, float[] input, float[] inputGradient) {
                convolution.delay(input, delayed, length);
                convolution.backward(
                        new ShortConvolution.Row(channel, length, workspace), delayed, outputGradient, inputGradient);
            }
        }
    }

    /** Filters of many taps: {@link LongConvolution} with zeros after the last one. */
    final class Fft implements DepthwiseConv {
        private static final Workspace.Slot<float[]> FILTER = Workspace.Slot.row();
        private static final Workspace.Slot<float[]> BEFORE = Workspace.Slot.row();
        private static final Workspace.Slot<float[]> SPECTRUM = Workspace.Slot.row();
        private static final Workspace.Slot<float[]> SPECTRUM_GRADIENT = Workspace.Slot.row();

        private final int taps;
        private final int length;
        private final FloatArray weight;
        private final float[] bias;
        private final double[] biasGradient;

        Fft(ConvConfig config, ForwardContext<FloatArray> pass) {
            taps = config.taps();
            length = pass.length();
            weight = pass.parameter("taps.weight");
            bias = pass.parameter("taps.bias").toArray();
            biasGradient = new double[config.width()];
        }

        /** The taps of one channel as a filter of {@code length} steps, the present first. */
        static void read(FloatArray weight, int channel, int taps, float[] filter, int length) {
            int used = Math.min(taps, length);
            weight.read((channel + 1L) * taps - used, filter, used);
            reverse(filter, used);
            Arrays.fill(filter, used, length, 0f);
        }

        private static void reverse(float[] row, int count) {
            for (int i = 0; i < count / 2; i++) {
                float first = row[i];
                row[i] = row[count - 1 - i];
                row[count - 1 - i] = first;
            }
        }

        @Override
        public ChannelConv channel(Workspace workspace) {
            return new FftChannel(workspace);
        }

        @Override
        public void finishBackward(ForwardContext<FloatArray> pass) {
            pass.gradient("taps.bias").add(biasGradient);
        }

        private final class FftChannel implements ChannelConv {
            private final Sums sums;
            private final LongConvolution convolution;
            private final float[] filter;
            private final float[] before;
            private final float[] spectrum;
            private final float[] spectrumGradient;
            private int channel;

            FftChannel(Workspace workspace) {
                sums = workspace.sums();
                convolution = workspace.convolution(length);
                filter = workspace.row(FILTER, length);
                before = workspace.row(BEFORE, length);
                spectrum = workspace.row(SPECTRUM, convolution.spectrumSize());
                spectrumGradient = workspace.row(SPECTRUM_GRADIENT, convolution.spectrumSize());
            }

            @Override
            public void start(int newChannel) {
                channel = newChannel;
                read(weight, channel, taps, filter, length);
                convolution.spectrum(filter, spectrum);
            }

            @Override
            public void forward(float[] input, float[] output) {
                convolution.forward(input, spectrum, output);
                VectorOps.add(bias[channel], output, length);
            }

            @Override
            public void startBackward(int newChannel) {
                start(newChannel);
                Arrays.fill(spectrumGradient, 0f);
            }

            @Override
            public void backward(float[] outputGradient, float[] input, float[] inputGradient) {
                biasGradient[channel] += sums.of(outputGradient, length);
                convolution.backward(outputGradient, input, spectrum, inputGradient, spectrumGradient);
            }

            @Override
            public void finishBackward(ForwardContext<FloatArray> pass) {
                convolution.filterGradient(spectrumGradient, filter);
                int used = Math.min(taps, length);
                reverse(filter, used);
                FloatArray gradient = pass.gradient("taps.weight");
                long start = (channel + 1L) * taps - used;
                gradient.read(start, before, used);
                VectorOps.add(filter, before, used);
                gradient.write(start, before, used);
            }
        }
    }
}
