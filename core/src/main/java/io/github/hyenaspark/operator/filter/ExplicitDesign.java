package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.operator.nn.Initial;
import io.github.hyenaspark.operator.nn.LinearInitial;
import io.github.hyenaspark.operator.nn.ParameterGroup;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.List;

/**
 * Filters whose taps are the parameters, as those of a depthwise convolution; what lies behind the last tap is zero.
 * They start as PyTorch's {@code Conv1d} does, uniform within 1/√taps.
 *
 * @param filters F
 * @param taps T of every filter
 * @param group of the parameters
 */
public record ExplicitDesign(int filters, int taps, ParameterGroup group) implements FilterDesign {
    @Override
    public List<ParameterSpec> parameters(LinearInitial linear) {
        Initial initial = new Initial.Uniform(1 / Math.sqrt(taps));
        return List.of(new ParameterSpec("taps", List.of(filters, taps), initial, group));
    }

    @Override
    public FilterMap<FloatArray> map() {
        return new ExplicitFilter(this);
    }

    @Override
    public FilterMap<double[]> plainMap() {
        return new PlainExplicit(this);
    }

    @Override
    public long productFlop(int length) {
        return 0;
    }
}
