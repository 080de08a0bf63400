package io.github.hyenaspark.operator;

import static io.github.hyenaspark.operator.ParameterGroup.BASE;

import java.util.List;

/**
 * A convolutional mixer: a causal depthwise filter whose taps are parameters, gated as in a gated linear unit (arXiv
 * 1612.08083), between an input and an output projection.
 *
 * @param width D, channels
 * @param maxLength the longest sequence, tokens
 * @param taps K of every filter, at most {@code maxLength}
 */
public record ConvConfig(int width, int maxLength, int taps) implements MixerConfig {
    /** More taps are faster by {@link io.github.hyenaspark.convolution.LongConvolution}, as measured at length 512. */
    private static final int MOST_DIRECT = 10;

    public ConvConfig {
        if (width < 1) {
            throw new IllegalArgumentException("d-model: found " + width + ", expected at least 1");
        }
        if (maxLength < 1) {
            throw new IllegalArgumentException("l-max: found " + maxLength + ", expected at least 1");
        }
        if (taps < 1 || taps > maxLength) {
            throw new IllegalArgumentException(
                    "conv.taps: found " + taps + ", expected from 1 to l-max, which is " + maxLength);
        }
    }

    /** Whether filters are summed tap by tap, not by a transform. */
    boolean direct() {
        return taps <= MOST_DIRECT;
    }

    @Override
    public double dropout() {
        return 0;
    }

    @Override
    public List<ParameterSpec> parameters(LinearInitial linear) {
        return List.of(
                new ParameterSpec("in.weight", List.of(2 * width, width), linear.weight(width), BASE),
                new ParameterSpec("in.bias", List.of(2 * width), linear.bias(width), BASE),
                new ParameterSpec("taps.weight", List.of(width, taps), new Initial.Fading(width, taps), BASE),
                new ParameterSpec("taps.bias", List.of(width), new Initial.Constant(0), BASE),
                new ParameterSpec("out.weight", List.of(width, width), linear.outputWeight(width), BASE),
                new ParameterSpec("out.bias", List.of(width), linear.bias(width), BASE));
    }

    @Override
    public DifferentiableMap<FloatArray> map() {
        return new GatedConvolution(this);
    }

    @Override
    public DifferentiableMap<double[]> plainMap() {
        return new PlainConvolution(this);
    }

    @Override
    public ActivationMap<FloatArray> onlineMap(int capacity, Pass<FloatArray> pass) {
        return new OnlineGatedConvolution(
                this, direct() ? new OnlineTails(this, pass) : new OnlineTaps(this, capacity, pass));
    }

    /** Kept are value and gate, the filtered value and the product with the gate. */
    @Override
    public MixerCost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        long rows = 8L + (direct() ? taps : 8);
        return new MixerCost(
                MixerCost.FLOP_PER_WEIGHT * tokens * 3 * width * width,
                direct() ? 0 : 1,
                1,
                4 * tokens * width,
                rows * length);
    }
}
