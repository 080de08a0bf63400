package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;

/** Filters of a few taps: the last K−1 inputs of every channel are kept, and a step costs K. */
final class OnlineTails implements OnlineGatedConvolution.OnlineFilter {
    private final ShortConvolution convolution;
    private final float[][] tails; // D×(K−1), the latest last

    OnlineTails(ConvConfig config, Pass<FloatArray> pass) {
        convolution = DirectTaps.shortConvolution(config, pass);
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
