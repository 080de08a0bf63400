package io.github.hyenaspark.operator.filter;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import java.util.List;

/**
 * The inner filters of Hyena-SE and Hyena-MR (arXiv 2503.01868): explicit taps, those of MR times a fixed decay window.
 * A filter ends with its last tap. Filters of a channel are neighbours; neighbouring channels may share the first of
 * theirs, the second, and so on.
 *
 * @param channels c, of a head
 * @param perChannel N−1, filters of every channel
 * @param taps K of every filter
 * @param group neighbouring channels that share their filters, a divisor of c
 */
public record InnerFilter(Kind kind, int channels, int perChannel, int taps, int group) implements ExplicitFilter.Taps {
    private static final double SLOWEST = 1;
    private static final double FASTEST = 100;

    @Override
    public int filters() {
        return channels * perChannel;
    }

    @Override
    public int rows() {
        return channels / group * perChannel;
    }

    @Override
    public int row(int m) {
        return m / perChannel / group * perChannel + m % perChannel;
    }

    @Override
    public boolean hasWindow() {
        return kind == Kind.MR && taps > 1;
    }

    @Override
    public double window(int row, int t) {
        if (!hasWindow()) {
            return 1;
        }
        double place = rows() == 1 ? 0 : (double) row / (rows() - 1);
        double decay = SLOWEST * StrictMath.pow(FASTEST / SLOWEST, place);
        return StrictMath.exp(-decay * t / (taps - 1));
    }

    @Override
    public List<ParameterSpec> parameters(Initializer.Linear linear) {
        double scale = 1 / Math.sqrt(taps);
        Initializer initial = kind == Kind.SE ? new Initializer.Uniform(scale) : new Initializer.Normal(scale);
        return List.of(new ParameterSpec("taps", List.of(rows(), taps), initial, ParameterSpec.Group.FILTER));
    }

    @Override
    public int reach(int length) {
        return Math.min(taps, length);
    }

    @Override
    public boolean direct(int length) {
        return ShortConvolution.isFaster(reach(length));
    }

    /** The filters that StripedHyena 2 puts beside the long ones. */
    public enum Kind {
        /** Short, explicit: a few taps, initialised as PyTorch's {@code Conv1d}, uniform within 1/√K. */
        SE,
        /**
         * Medium, regularised: N(0, 1/K), times exp(−αt), t from 0 to 1 over the taps, α from 1 to 100 over the
         * filters, in equal ratios.
         */
        MR;

        /** The section of its settings, and the mixer's name. */
        public String settingName() {
            return "hyena-" + SettingNames.of(this);
        }
    }
}
