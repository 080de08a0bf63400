package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.tensor.Activation;
import java.util.List;

/** Operators that between them use every option, small enough for plain loops. */
public final class OperatorConfigs {
    private OperatorConfigs() {}

    /** The usual operator. */
    public static HyenaConfig usual(int width, int maxLength) {
        return new HyenaConfig(
                width, maxLength, 2, 1, 3, Activation.ID, false, false, true, 0, filter(false, false, true, false));
    }

    /** The operator with every option of its filters. */
    public static HyenaConfig withEveryFilterOption(int width, int maxLength) {
        return new HyenaConfig(
                width, maxLength, 2, 1, 3, Activation.ID, false, false, true, 0, filter(true, true, true, true));
    }

    /** The usual operator with other filters. */
    public static HyenaConfig withFilter(int width, int maxLength, FilterConfig filter) {
        return new HyenaConfig(width, maxLength, 2, 1, 3, Activation.ID, false, false, true, 0, filter);
    }

    /** Filters of any kind. */
    public static FilterConfig filter(FilterConfig.Kind kind, double sinFreq, int modes, int states) {
        return new FilterConfig(kind, 8, 5, 1, sinFreq, true, 0, 0.01, 0.3, 1.5, false, true, false, modes, states);
    }

    /** All kinds; every one has l-max 24 and width 6. */
    public static List<HyenaConfig> all() {
        return List.of(
                usual(6, 24),
                config(3, 2, 4, Activation.GELU, true, false, true, 0, filter(false, true, true, true)),
                config(4, 3, 1, Activation.SILU, false, true, false, 0, filter(true, false, false, true)),
                config(3, 3, 5, Activation.TANH, true, true, true, 0, filter(true, true, false, true)),
                config(2, 6, 2, Activation.SIGMOID, true, false, true, 0.3, filter(false, false, true, true)),
                config(2, 1, 3, Activation.RELU, false, false, true, 0, filter(false, false, true, false)),
                withFilter(6, 24, filter(FilterConfig.Kind.EXPLICIT, 6, 16, 64)),
                config(3, 2, 3, Activation.ID, false, false, true, 0, filter(FilterConfig.Kind.FOURIER, 6, 5, 64)),
                withFilter(6, 24, filter(FilterConfig.Kind.FOURIER, 6, 13, 64)),
                config(3, 2, 3, Activation.ID, true, false, true, 0, filter(FilterConfig.Kind.STATE_SPACE, 6, 16, 8)),
                config(2, 3, 3, Activation.ID, false, false, false, 0, filter(FilterConfig.Kind.CKCONV, 6, 16, 64)));
    }

    private static HyenaConfig config(
            int order,
            int heads,
            int shortLength,
            Activation activation,
            boolean postOrderMixing,
            boolean outerMixing,
            boolean directTerm,
            double dropout,
            FilterConfig filter) {
        return new HyenaConfig(
                6,
                24,
                order,
                heads,
                shortLength,
                activation,
                postOrderMixing,
                outerMixing,
                directTerm,
                dropout,
                filter);
    }

    private static FilterConfig filter(
            boolean normalized, boolean shifted, boolean trainPositions, boolean trainDecay) {
        return new FilterConfig(
                FilterConfig.Kind.IMPLICIT,
                8,
                5,
                1,
                6,
                true,
                shifted ? 0.05 : 0,
                0.01,
                0.3,
                1.5,
                normalized,
                trainPositions,
                trainDecay,
                16,
                64);
    }
}
