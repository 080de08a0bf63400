package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.convolution.OnlineConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;
import io.github.hyenaspark.operator.tensor.Rows;

/** Filters of many taps: {@link OnlineConvolution} with zeros after the last one. */
final class OnlineTaps implements OnlineGatedConvolution.OnlineFilter {
    private final OnlineConvolution convolution;
    private final float[] bias;

    /** Filters for a sequence of at most {@code capacity} steps. */
    OnlineTaps(ConvConfig config, int capacity, Pass<FloatArray> pass) {
        float[][] filters = new float[config.width()][capacity];
        for (int channel = 0; channel < filters.length; channel++) {
            TransformedTaps.read(pass.parameter("taps.weight"), channel, config.taps(), filters[channel], capacity);
        }
        convolution = new OnlineConvolution(filters, 1);
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
        Rows.add(bias[channel], row, count);
    }

    @Override
    public void advance(int count) {
        convolution.advance(count);
    }
}
