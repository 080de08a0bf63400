package io.github.hyenaspark.operator.conv;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.List;

/** D channels through a causal depthwise filter of K taps, gated as in a gated linear unit (arXiv 1612.08083). */
public record ConvConfig(int width, int maxLength, int taps) implements MixerConfig {
    public ConvConfig {
        MixerConfig.checkSizes(width, maxLength);
        if (taps < 1 || taps > maxLength) {
            throw new IllegalArgumentException(
                    "conv.taps: found " + taps + ", expected from 1 to l-max, which is " + maxLength);
        }
    }

    /** Whether filters are summed tap by tap, not by a transform. */
    boolean direct() {
        return ShortConvolution.isFaster(taps);
    }

    @Override
    public List<ParameterSpec> parameters(LinearInitializer linear) {
        List<ParameterSpec> specs = new ArrayList<>(Dense.in(width, 2 * width).parameters(linear));
        specs.add(new ParameterSpec("taps.weight", List.of(width, taps), new Initializer.Fading(width, taps), BASE));
        specs.add(new ParameterSpec("taps.bias", List.of(width), new Initializer.Constant(0), BASE));
        specs.addAll(Dense.out(width).parameters(linear));
        return List.copyOf(specs);
    }

    @Override
    public DifferentiableModule<FloatArray> map() {
        return new GatedConvolution(this);
    }

    @Override
    public DifferentiableModule<double[]> referenceModule() {
        return new ReferenceConvolution(this);
    }

    @Override
    public InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass) {
        return new GatedConvolution.Incremental(this, capacity, pass);
    }

    /** Kept are value and gate, the filtered value and the product with the gate. */
    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        long rows = 8L + (direct() ? taps : 8);
        return new MixerConfig.Cost(
                MixerConfig.Cost.FLOP_PER_WEIGHT * tokens * 3 * width * width,
                direct() ? 0 : 1,
                1,
                4 * tokens * width,
                rows * length);
    }
}
