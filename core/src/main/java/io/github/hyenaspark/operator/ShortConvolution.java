package io.github.hyenaspark.operator;

import java.util.Arrays;

/**
 * The short causal depthwise filter with bias on every projection: P[t] = b + Σ_j s[j] X[t−(K−1)+j], X = 0 before the
 * start, so the last tap is the present. Sums its own gradients until they are taken.
 */
final class ShortConvolution {
    private final int taps;
    private final float[] weight;
    private final float[] bias;
    private final double[] weightGradient;
    private final double[] biasGradient;

    /**
     * @param weight channels × K, row-major
     * @param bias one per channel
     */
    ShortConvolution(float[] weight, float[] bias) {
        this.weight = weight;
        this.bias = bias;
        taps = weight.length / bias.length;
        weightGradient = new double[weight.length];
        biasGradient = new double[bias.length];
    }

    /** Filters the first {@code length} steps of one channel. */
    void forward(int channel, float[] input, float[] output, int length) {
        Arrays.fill(output, 0, length, bias[channel]);
        for (int j = 0; j < taps; j++) {
            int delay = taps - 1 - j;
            float tap = weight[channel * taps + j];
            for (int t = delay; t < length; t++) {
                output[t] += tap * input[t - delay];
            }
        }
    }

    /** Overwrites {@code inputGradient}, adds to the filter's own gradients. */
    void backward(int channel, float[] input, float[] outputGradient, float[] inputGradient, int length) {
        Arrays.fill(inputGradient, 0, length, 0f);
        for (int j = 0; j < taps; j++) {
            int delay = taps - 1 - j;
            float tap = weight[channel * taps + j];
            for (int t = delay; t < length; t++) {
                inputGradient[t - delay] += tap * outputGradient[t];
            }
            weightGradient[channel * taps + j] += Rows.dot(outputGradient, delay, input, 0, length - delay);
        }
        biasGradient[channel] += Rows.sum(outputGradient, length);
    }

    double[] weightGradient() {
        return weightGradient;
    }

    double[] biasGradient() {
        return biasGradient;
    }
}
