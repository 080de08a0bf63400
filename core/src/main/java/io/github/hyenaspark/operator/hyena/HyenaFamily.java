package io.github.hyenaspark.operator.hyena;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.Activation;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.util.ArrayList;
import java.util.List;

/**
 * A Hyena operator (arXiv 2302.10866), whatever its filters are made of. Order N means N gates and N−1 filters as in
 * the authors' code, so N+1 projections; the paper's general recurrence counts one filter per gate.
 */
public sealed interface HyenaFamily extends MixerConfig permits HyenaConfig, HyenaConfig.Explicit {
    /** N, at least 2. */
    int order();

    /** H, which share the filters. */
    int heads();

    /** Taps of the short filter. */
    int shortLength();

    /** Before the output projection. */
    Activation activation();

    /** Whether heads are mixed after every convolution. */
    boolean postOrderMixing();

    /** Whether a gate is replaced by its sum over the channels of its head. */
    boolean outerMixing();

    /** Whether d·w is added to every convolution. */
    boolean directTerm();

    /** The N−1 filters of every channel of a head. */
    FilterSpec filterSpec();

    /** Channels of one head, c = D/H. */
    default int headWidth() {
        return width() / heads();
    }

    /** Filters with a direct term of their own, F = (N−1)·c. */
    default int filters() {
        return (order() - 1) * headWidth();
    }

    /** Channels after the input projection, (N+1)·D. */
    default int projections() {
        return (order() + 1) * width();
    }

    @Override
    default List<ParameterSpec> parameters(Initializer.Linear linear) {
        Initializer shortFilter = new Initializer.Uniform(1 / Math.sqrt(shortLength()));
        List<ParameterSpec> specs =
                new ArrayList<>(Dense.in(width(), projections()).parameters(linear));
        specs.add(new ParameterSpec("short.weight", List.of(projections(), shortLength()), shortFilter, BASE));
        specs.add(new ParameterSpec("short.bias", List.of(projections()), shortFilter, BASE));
        filterSpec().parameters(linear).forEach(spec -> specs.add(spec.within("filter")));
        if (directTerm()) {
            specs.add(new ParameterSpec("filter.direct", List.of(filters()), new Initializer.Normal(1), BASE));
        }
        if (postOrderMixing()) {
            Initializer mix = new Initializer.Normal(1 / Math.sqrt(headWidth()));
            specs.add(new ParameterSpec("head-mix", List.of(order() - 1, heads(), heads()), mix, BASE));
        }
        specs.addAll(Dense.out(width()).parameters(linear));
        return List.copyOf(specs);
    }

    @Override
    default DifferentiableModule<FloatArray> map() {
        return new HyenaOperator(this);
    }

    @Override
    default DifferentiableModule<double[]> referenceModule() {
        return new ReferenceHyena(this);
    }

    @Override
    default InferenceModule<FloatArray> incrementalModule(int capacity, ForwardContext<FloatArray> pass) {
        return new HyenaOperator(this, capacity, pass);
    }

    /**
     * The cost.
     *
     * @param transformed whether convolutions go through a transform
     * @param kept floats of the filters, for the backward pass
     * @param rows floats that the convolutions of a channel work in
     */
    default MixerConfig.Cost cost(int batchSize, int length, boolean transformed, long kept, long rows) {
        long tokens = (long) batchSize * length;
        long ofTokens = MixerConfig.Cost.FLOP_PER_WEIGHT * tokens * (projections() + width()) * width();
        long sums = outerMixing() ? (long) (order() - 1) * heads() : 0;
        long mixed = postOrderMixing() ? (order() + 1L) * heads() : 0;
        long chain = (2L * (order() + 1) + order() + 1) * heads();
        return new MixerConfig.Cost(
                ofTokens + filterSpec().productFlop(length),
                transformed ? order() - 1 : 0,
                heads(),
                (2L * order() + 1) * tokens * width() + kept + sums * batchSize * length,
                (chain + 2 + shortLength() + 2 * sums + mixed) * length + rows);
    }

    /** Floats that the transforms of a channel work in: spectra of its filters and their gradients, and three rows. */
    default long transformed(int length) {
        return LongConvolution.floats(length, 2 * (order() - 1)) + 3L * length;
    }

    /** IllegalArgumentException if there can be no such operator. */
    static void check(int order, int heads, int width, int shortLength, double dropout) {
        MixerConfig.check(order >= 2, "order", order, "at least 2");
        MixerConfig.check(heads >= 1 && width % heads == 0, "num-heads", heads, "a divisor of d-model " + width);
        MixerConfig.check(shortLength >= 1, "short-len", shortLength, "at least 1");
        MixerConfig.check(dropout >= 0 && dropout < 1, "dropout", dropout, "a number in [0, 1)");
    }
}
