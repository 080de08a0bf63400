package io.github.hyenaspark.operator.filter;

import static io.github.hyenaspark.operator.nn.ParameterGroup.DECAY;
import static io.github.hyenaspark.operator.nn.ParameterGroup.FILTER;
import static io.github.hyenaspark.operator.nn.ParameterGroup.POSITIONS;

import io.github.hyenaspark.operator.nn.Initial;
import io.github.hyenaspark.operator.nn.LinearInitial;
import io.github.hyenaspark.operator.nn.MixerCost;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Filters that a sine network computes from the position: Hyena's own (section 3.3 of arXiv 2302.10866), and those of
 * CKConv (arXiv 2102.02611), which sees the bare position in [−1, 1], keeps its sine frequency, has a bias in the last
 * layer, no window, and starts as a SIREN (arXiv 2006.09661). Unlike its authors' code, its weights are not normalised
 * and its last bias starts at 0.
 *
 * @param filters F
 * @param maxLength M
 * @param filter the settings; the kind is one of these two
 */
public record ImplicitDesign(int filters, int maxLength, FilterConfig filter) implements FilterDesign {
    @Override
    public List<ParameterSpec> parameters(LinearInitial linear) {
        List<ParameterSpec> specs = new ArrayList<>();
        if (filter.trainPositions()) {
            Initial initial = new Initial.Values(positions());
            specs.add(new ParameterSpec("positions", List.of(maxLength, filter.emb()), initial, POSITIONS));
        }
        for (int layer = 0; layer <= filter.hiddenLayers(); layer++) {
            int inputs = layer == 0 ? filter.features() : filter.width();
            List<Integer> shape = List.of(filter.width(), inputs);
            specs.add(new ParameterSpec(layer + ".weight", shape, weight(layer, inputs, linear), FILTER));
            specs.add(new ParameterSpec(layer + ".bias", List.of(filter.width()), bias(inputs, linear), FILTER));
        }
        if (!filter.isCkconv()) {
            Initial frequency = new Initial.Constant(filter.sinFreq());
            specs.add(new ParameterSpec("frequency", List.of(filter.width()), frequency, FILTER));
        }
        Initial out = weight(filter.hiddenLayers() + 1, filter.width(), linear);
        specs.add(new ParameterSpec("out.weight", List.of(filters, filter.width()), out, FILTER));
        if (filter.isCkconv()) {
            specs.add(new ParameterSpec("out.bias", List.of(filters), new Initial.Constant(0), FILTER));
        }
        if (filter.trainDecay()) {
            Initial rates = new Initial.Values(DecayWindow.rates(filter, filters));
            specs.add(new ParameterSpec("decay", List.of(filters), rates, DECAY));
        }
        return specs;
    }

    private Initial weight(int layer, int inputs, LinearInitial linear) {
        if (!filter.isCkconv()) {
            return linear.weight(inputs);
        }
        return new Initial.Uniform(layer == 0 ? 1 : Math.sqrt(6.0 / inputs) / filter.sinFreq());
    }

    private Initial bias(int inputs, LinearInitial linear) {
        return filter.isCkconv() ? new Initial.Uniform(1) : linear.bias(inputs);
    }

    /** z, M×E, row-major: what the network sees of every position before that is trained. */
    double[] positions() {
        if (!filter.isCkconv()) {
            return PositionalEncoding.features(maxLength, filter.emb());
        }
        double[] positions = new double[maxLength];
        for (int i = 0; i < maxLength; i++) {
            positions[i] = 2 * PositionalEncoding.time(i, maxLength) - 1;
        }
        return positions;
    }

    @Override
    public FilterMap<FloatArray> map() {
        return new ImplicitFilter(this);
    }

    @Override
    public FilterMap<double[]> plainMap() {
        return new PlainImplicit(this);
    }

    @Override
    public long productFlop(int length) {
        long first = (long) filter.features() * filter.width();
        long rest = (long) filter.hiddenLayers() * filter.width() * filter.width() + (long) filters * filter.width();
        long positionGradients = filter.trainPositions() ? 0 : 2 * first; // not computed where nobody trains them
        return length * (MixerCost.FLOP_PER_WEIGHT * (first + rest) - positionGradients);
    }
}
