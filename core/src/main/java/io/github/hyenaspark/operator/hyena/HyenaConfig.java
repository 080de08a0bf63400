package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.filter.FilterSpec;
import io.github.hyenaspark.operator.filter.FourierFilter;
import io.github.hyenaspark.operator.filter.ImplicitFilter;
import io.github.hyenaspark.operator.filter.StateSpaceFilter;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.Activation;

/**
 * The Hyena operator with long filters; components as in {@link HyenaFamily}.
 *
 * @param maxLength the longest sequence, tokens; also the time scale of the filters
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
        implements HyenaFamily {
    public HyenaConfig {
        MixerConfig.checkSizes(width, maxLength);
        HyenaFamily.check(order, heads, width, shortLength, dropout);
        int most = maxLength / 2 + 1;
        MixerConfig.check(
                filter.kind() != FilterConfig.Kind.FOURIER || filter.modes() <= most,
                "filter.modes",
                filter.modes(),
                "at most " + most + ", which is half of l-max " + maxLength + ", and the mean");
    }

    /** This operator with explicit filters instead, and its other components. */
    public Explicit with(ExplicitFilter.Inner.Kind inner, int taps, int group) {
        return new Explicit(
                width,
                maxLength,
                order,
                heads,
                shortLength,
                activation,
                postOrderMixing,
                outerMixing,
                directTerm,
                dropout,
                inner,
                taps,
                group);
    }

    @Override
    public FilterSpec filterSpec() {
        return switch (filter.kind()) {
            case IMPLICIT -> new ImplicitFilter.Spec(filters(), maxLength, filter);
            case CKCONV -> new ImplicitFilter.Spec(filters(), maxLength, filter.bare());
            case EXPLICIT -> new ExplicitFilter.Spec(filters(), maxLength, ParameterSpec.Group.FILTER);
            case FOURIER -> new FourierFilter.Spec(filters(), maxLength, filter.modes());
            case STATE_SPACE -> new StateSpaceFilter.Spec(filters(), filter.states());
        };
    }

    @Override
    public MixerConfig.Cost cost(int batchSize, int length) {
        boolean seesConstants = filter.kind() == FilterConfig.Kind.IMPLICIT && !filter.trainPositions();
        long constantPositions = seesConstants ? (long) length * filter.emb() : 0;
        long kept = (long) filters() * length + constantPositions;
        return cost(batchSize, length, true, kept, transformed(length));
    }

    /**
     * Hyena-SE or Hyena-MR (arXiv 2503.01868): the operator of {@link HyenaConfig} with filters of a few explicit taps,
     * which groups of channels may share. The components that both have mean the same.
     *
     * @param inner which of the two
     * @param taps K of every filter, at most {@code maxLength}
     * @param group neighbouring channels that share a filter; divides the channels of a head; 1 for none
     */
    public record Explicit(
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
            ExplicitFilter.Inner.Kind inner,
            int taps,
            int group)
            implements HyenaFamily {
        public Explicit {
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
            return new ExplicitFilter.Inner(inner, headWidth(), order - 1, taps, group);
        }

        /**
         * Direct sums work in a delayed row for every tap and three more, transforms as those of {@link HyenaConfig}.
         */
        @Override
        public MixerConfig.Cost cost(int batchSize, int length) {
            FilterSpec spec = filterSpec();
            int reach = spec.reach(length);
            boolean direct = spec.direct(length);
            long rows = direct ? (reach + 3L) * length : transformed(length);
            return cost(batchSize, length, !direct, (long) filters() * reach, rows);
        }
    }
}
