package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.filter.InnerFilter;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.tensor.Activation;

/**
 * Hyena-SE or Hyena-MR (arXiv 2503.01868): the operator of {@link HyenaConfig} with filters of a few explicit taps,
 * which groups of channels may share. The components that both have mean the same.
 *
 * @param inner which of the two
 * @param taps K of every filter, at most {@code maxLength}
 * @param group neighbouring channels that share a filter; divides the channels of a head; 1 for none
 */
public record ExplicitHyenaConfig(
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
        InnerFilter.Kind inner,
        int taps,
        int group)
        implements HyenaFamily {
    public ExplicitHyenaConfig {
        MixerConfig.checkSizes(width, maxLength);
        HyenaFamily.check(order, heads, width, shortLength, dropout);
        String section = inner.settingName();
        boolean fits = taps >= 1 && taps <= maxLength;
        MixerConfig.check(fits, section + ".taps", taps, "from 1 to l-max, which is " + maxLength);
        int channels = width / heads;
        String expected = "a divisor of " + channels + ", the channels of a head";
        MixerConfig.check(group >= 1 && channels % group == 0, section + ".group", group, expected);
    }

    @Override
    public FilterSpec filterSpec() {
        return new InnerFilter(inner, headWidth(), order - 1, taps, group);
    }

    /** Direct sums work in a delayed row for every tap and three more, transforms as those of {@link HyenaConfig}. */
    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        FilterSpec spec = filterSpec();
        int reach = spec.reach(length);
        boolean direct = spec.direct(length);
        long rows = direct ? reach + 3L : 2L * (order - 1) + 3;
        return cost(batchSize, length, !direct, (long) filters() * reach, rows);
    }
}
