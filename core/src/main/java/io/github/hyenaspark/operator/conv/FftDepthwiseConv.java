package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Sums;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/** Filters of many taps: {@link LongConvolution} with zeros after the last one. */
final class FftDepthwiseConv implements DepthwiseConv {
    private final int taps;
    private final int length;
    private final FloatArray weight;
    private final float[] bias;
    private final double[] biasGradient;

    FftDepthwiseConv(ConvConfig config, ForwardContext<FloatArray> pass) {
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
        turn(filter, used);
        Arrays.fill(filter, used, length, 0f);
    }

    private static void turn(float[] row, int count) {
        for (int i = 0; i < count / 2; i++) {
            float first = row[i];
            row[i] = row[count - 1 - i];
            row[count - 1 - i] = first;
        }
    }

    @Override
    public DepthwiseConv.Channel channel(Workspace workspace) {
        return new Channel(workspace);
    }

    @Override
    public void finishBackward(ForwardContext<FloatArray> pass) {
        pass.gradient("taps.bias").add(biasGradient);
    }

    private final class Channel implements DepthwiseConv.Channel {
        private final Sums sums;
        private final LongConvolution convolution;
        private final float[] filter;
        private final float[] before;
        private final float[] spectrum;
        private final float[] spectrumGradient;
        private int channel;

        Channel(Workspace workspace) {
            sums = workspace.sums();
            convolution = workspace.convolution(length);
            filter = workspace.row("taps.filter", length);
            before = workspace.row("taps.before", length);
            spectrum = workspace.row("taps.spectrum", convolution.spectrumSize());
            spectrumGradient = workspace.row("taps.spectrum-gradient", convolution.spectrumSize());
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
            turn(filter, used);
            FloatArray gradient = pass.gradient("taps.weight");
            long start = (channel + 1L) * taps - used;
            gradient.read(start, before, used);
            VectorOps.add(filter, before, used);
            gradient.write(start, before, used);
        }
    }
}
