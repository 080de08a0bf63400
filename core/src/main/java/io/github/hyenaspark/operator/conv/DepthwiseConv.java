package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Workspace;

/**
 * The causal depthwise filters of {@link ConvConfig} with their biases, q[t] = b + Σ_j s[j] v[t−(K−1)+j], v = 0 before
 * the start, so the last tap is the present, as in PyTorch's {@code conv1d}. For one pass; members of a pool have
 * channels of their own.
 */
sealed interface DepthwiseConv permits DirectDepthwiseConv, FftDepthwiseConv {
    /** Those of a pass, done in the way that is faster for so many taps. */
    static DepthwiseConv of(ConvConfig config, ForwardContext<FloatArray> pass) {
        return config.direct() ? new DirectDepthwiseConv(config, pass) : new FftDepthwiseConv(config, pass);
    }

    /** One channel after the other, in the thread that owns {@code workspace}. */
    Channel channel(Workspace workspace);

    /** After a backward pass: adds the gradients of the parameters. */
    void finishBackward(ForwardContext<FloatArray> pass);

    /** The filter of one channel at a time. */
    interface Channel {
        /** Makes ready for the forward pass of a channel. */
        void start(int channel);

        /** Filters a row of L steps. */
        void forward(float[] input, float[] output);

        /** Makes ready for the backward pass of a channel. */
        void startBackward(int channel);

        /** Overwrites {@code inputGradient}, sums the filter's own gradients. */
        void backward(float[] outputGradient, float[] input, float[] inputGradient);

        /** After all rows of a channel. */
        void finishBackward(ForwardContext<FloatArray> pass);
    }
}
