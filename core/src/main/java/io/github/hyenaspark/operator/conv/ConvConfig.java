package io.github.hyenaspark.operator.conv;

import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.hyena.LongFilters;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.List;

/** D channels through a causal depthwise filter of K taps, gated as in a gated linear unit (arXiv 1612.08083). */
public record ConvConfig(int width, int maxLength, int taps) implements MixerConfig {
    public ConvConfig {
        MixerConfig.checkSizes(width, maxLength);
        boolean fits = taps >= 1 && taps <= maxLength;
        MixerConfig.check(fits, "conv.taps", taps, "from 1 to l-max, which is " + maxLength);
    }

    private FilterSpec filter() {
        return new ExplicitFilter.LatestLast(width, taps);
    }

    LongFilters filters() {
        return new LongFilters("taps", 0, filter(), 1, false);
    }

    @Override
    public List<ParameterSpec> parameters(LinearInitializer linear) {
        List<ParameterSpec> specs = new ArrayList<>(Dense.in(width, 2 * width).parameters(linear));
        filter().parameters(linear).forEach(spec -> specs.add(spec.within("taps")));
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
        return new GatedConvolution(this, capacity, pass);
    }

    /** Kept are value and gate, the filtered value, the product with the gate, and the taps. */
    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        boolean direct = filter().direct(length);
        long rows = 8L + (direct ? taps : 8);
        return new MixerConfig.Cost(
                MixerConfig.Cost.FLOP_PER_WEIGHT * tokens * 3 * width * width,
                direct ? 0 : 1,
                1,
                4 * tokens * width + (long) width * filter().reach(length),
                rows * length);
    }
}
