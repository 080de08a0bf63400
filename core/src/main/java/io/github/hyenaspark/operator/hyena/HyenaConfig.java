package io.github.hyenaspark.operator.hyena;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.filter.FilterWindow;
import io.github.hyenaspark.operator.filter.FourierFilter;
import io.github.hyenaspark.operator.filter.ImplicitFilter;
import io.github.hyenaspark.operator.filter.PositionalEncoding;
import io.github.hyenaspark.operator.filter.StateSpaceFilter;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.LinearInitializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.Activation;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One Hyena operator (arXiv 2302.10866). Order N means N gates and N−1 long filters as in the authors' code, so N+1
 * projections; the paper's general recurrence counts one filter per gate.
 *
 * @param width D, channels
 * @param maxLength the longest sequence, tokens; also the time scale of the filters
 * @param order N, at least 2
 * @param heads share the filters; divides {@code width}
 * @param shortLength taps of the short filter
 * @param activation before the output projection
 * @param postOrderMixing whether heads are mixed after every long convolution
 * @param outerMixing whether a gate is replaced by its sum over the channels of its head
 * @param directTerm whether d·w is added to every long convolution
 * @param dropout share of gated inputs set to zero in training, 0 for none
 */
public record HyenaConfig(
        int width,
        int maxLength,
        int order,
        int heads,
        int shortLength,
        Activation activation,
        boolean postOrderMixing,
        boolean outerMixing,
        boolean directTerm,
        double dropout,
        FilterConfig filter)
        implements MixerConfig {
    private static final LongFilters.Slots FILTER_SLOTS = new LongFilters.Slots();

    public HyenaConfig {
        MixerConfig.checkSizes(width, maxLength);
        if (order < 2) {
            throw new IllegalArgumentException("order: found " + order + ", expected at least 2");
        }
        if (heads < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "num-heads: found " + heads + ", expected a divisor of d-model " + width);
        }
        if (shortLength < 1) {
            throw new IllegalArgumentException("short-len: found " + shortLength + ", expected at least 1");
        }
        if (filter.kind() == FilterConfig.Kind.FOURIER && filter.modes() > maxLength / 2 + 1) {
            throw new IllegalArgumentException("filter.modes: found " + filter.modes() + ", expected at most "
                    + (maxLength / 2 + 1) + ", which is half of l-max " + maxLength + ", and the mean");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout: found " + dropout + ", expected a number in [0, 1)");
        }
    }

    /** Channels of one head, c = D/H. */
    public int headWidth() {
        return width / heads;
    }

    /** Long filters, F = (N−1)·c. */
    public int filters() {
        return (order - 1) * headWidth();
    }

    FilterSpec filterSpec() {
        return switch (filter.kind()) {
            case IMPLICIT -> new ImplicitFilter.Spec(filters(), maxLength, filter);
            case CKCONV -> new ImplicitFilter.Spec(filters(), maxLength, filter.bare());
            case EXPLICIT -> new ExplicitFilter.Spec(filters(), maxLength, ParameterSpec.Group.FILTER);
            case FOURIER -> new FourierFilter.Spec(filters(), maxLength, filter.modes());
            case STATE_SPACE -> new StateSpaceFilter.Spec(filters(), filter.states());
        };
    }

    /** Channels after the input projection, (N+1)·D. */
    public int projections() {
        return (order + 1) * width;
    }

    @Override
    public List<ParameterSpec> parameters(LinearInitializer linear) {
        Initializer shortFilter = new Initializer.Uniform(1 / Math.sqrt(shortLength));
        List<ParameterSpec> specs =
                new ArrayList<>(Dense.in(width, projections()).parameters(linear));
        specs.add(new ParameterSpec("short.weight", List.of(projections(), shortLength), shortFilter, BASE));
        specs.add(new ParameterSpec("short.bias", List.of(projections()), shortFilter, BASE));
        filterSpec().parameters(linear).forEach(spec -> specs.add(spec.within("filter")));
        if (directTerm) {
            specs.add(new ParameterSpec("filter.direct", List.of(filters()), new Initializer.Normal(1), BASE));
        }
        if (postOrderMixing) {
            Initializer mix = new Initializer.Normal(1 / Math.sqrt(headWidth()));
            specs.add(new ParameterSpec("head-mix", List.of(order - 1, heads, heads), mix, BASE));
        }
        specs.addAll(Dense.out(width).parameters(linear));
        return List.copyOf(specs);
    }

    /** τ, M: the time from 0 to 1 at every position. */
    public double[] times() {
        return IntStream.range(0, maxLength)
                .mapToDouble(i -> PositionalEncoding.time(i, maxLength))
                .toArray();
    }

    /** z, M×E, row-major: the positional encoding, before training where that is trained. */
    public double[] positions() {
        return PositionalEncoding.features(maxLength, filter.emb());
    }

    /** δ, F: the decay rates of the window, before training where these are trained. */
    public double[] decayRates() {
        return FilterWindow.DecayWindow.rates(filter, filters());
    }

    @Override
    public DifferentiableModule<FloatArray> map() {
        return new HyenaOperator(this);
    }

    @Override
    public DifferentiableModule<double[]> referenceModule() {
        return new ReferenceHyena(this);
    }

    @Override
    public InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass) {
        return new HyenaOperator.Incremental(this, capacity, pass);
    }

    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        long tokens = (long) batchSize * length;
        long ofTokens = MixerConfig.Cost.FLOP_PER_WEIGHT * tokens * (projections() + width) * width;
        boolean seesConstants = filter.kind() == FilterConfig.Kind.IMPLICIT && !filter.trainPositions();
        long constantPositions = seesConstants ? (long) length * filter.emb() : 0;
        long kept = (2L * order + 1) * tokens * width + (long) filters() * length + constantPositions;
        long chain = (2L * (order + 1) + order + 1) * heads;
        long convolution = 2L * (order - 1) + 3;
        return new MixerConfig.Cost(
                ofTokens + filterSpec().productFlop(length),
                order - 1,
                heads,
                kept,
                (chain + 2 + convolution + shortLength) * length);
    }

    /** The N−1 filters of every head channel, without parameters yet. */
    LongFilters longFilters() {
        return new LongFilters("filter", FILTER_SLOTS, filterSpec(), order() - 1, directTerm());
    }
}
