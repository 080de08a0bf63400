package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.Pass;
import io.github.hyenaspark.operator.tensor.Scratch;

/**
 * The causal depthwise filters of {@link ConvConfig} with their biases, q[t] = b + Σ_j s[j] v[t−(K−1)+j], v = 0 before
 * the start, so the last tap is the present, as in PyTorch's {@code conv1d}. For one pass; members of a team have
 * channels of their own.
 */
sealed interface DepthwiseTaps permits DirectTaps, TransformedTaps {
    /** Those of a pass, done in the way that is faster for so many taps. */
    static DepthwiseTaps of(ConvConfig config, Pass<FloatArray> pass) {
        return config.direct() ? new DirectTaps(config, pass) : new TransformedTaps(config, pass);
    }

    /** One channel after the other, in the thread that owns {@code scratch}. */
    Channel channel(Scratch scratch);

    /** After a backward pass: adds the gradients of the parameters. */
    void finishBackward(Pass<FloatArray> pass);

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
        void finishBackward(Pass<FloatArray> pass);
    }
}
