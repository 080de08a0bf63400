package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/** Filters of a few taps: the sum of as many delayed rows. */
final class DirectDepthwiseConv implements DepthwiseConv {
    private final int length;
    private final ShortConvolution convolution;

    DirectDepthwiseConv(ConvConfig config, ForwardContext<FloatArray> pass) {
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
    public DepthwiseConv.Channel channel(Workspace workspace) {
        return new Channel(workspace);
    }

    @Override
    public void finishBackward(ForwardContext<FloatArray> pass) {
        pass.gradient("taps.weight").add(convolution.weightGradient());
        pass.gradient("taps.bias").add(convolution.biasGradient());
    }

    private final class Channel implements DepthwiseConv.Channel {
        private final Workspace workspace;
        private final float[][] delayed;
        private int channel;

        Channel(Workspace workspace) {
            this.workspace = workspace;
            delayed = workspace.rows("taps.delayed", convolution.taps(), length);
        }

        @Override
        public void start(int newChannel) {
            channel = newChannel;
        }

        @Override
        public void forward(float[] input, float[] output) {
            delay(input);
            convolution.forward(channel, delayed, output, length);
        }

        @Override
        public void startBackward(int newChannel) {
            channel = newChannel;
        }

        @Override
        public void backward(float[] outputGradient, float[] input, float[] inputGradient) {
            delay(input);
            convolution.backward(
                    new ShortConvolution.Row(channel, length, workspace), delayed, outputGradient, inputGradient);
        }

        @Override
        public void finishBackward(ForwardContext<FloatArray> pass) {
            // the sums of all channels are added at once
        }

        private void delay(float[] input) {
            for (int delay = 0; delay < convolution.taps(); delay++) {
                int zeros = Math.min(delay, length);
                Arrays.fill(delayed[delay], 0, zeros, 0f);
                System.arraycopy(input, 0, delayed[delay], zeros, length - zeros);
            }
        }
    }
}
