package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.operator.attention.AttentionConfig;
import io.github.hyenaspark.operator.conv.ConvConfig;
import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.h3.H3Config;
import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.hyena.OperatorConfigs;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.recurrent.RecurrentConfig;
import io.github.hyenaspark.operator.tensor.Activation;
import java.util.List;
import java.util.stream.Stream;

/** Mixers of every kind, small enough for plain loops. */
public final class MixerConfigs {
    private MixerConfigs() {}

    /** All kinds with their options; Hyena's own are in {@link OperatorConfigs}. */
    public static List<MixerConfig> of(int width, int maxLength) {
        return List.of(
                OperatorConfigs.usual(width, maxLength),
                inner(width, maxLength, 2, 1, ExplicitFilter.Inner.Kind.SE, 7, 1),
                inner(width, maxLength, 2, 1, ExplicitFilter.Inner.Kind.SE, 1, 1),
                inner(width, maxLength, 4, 2, ExplicitFilter.Inner.Kind.SE, 4, 1),
                inner(width, maxLength, 3, 1, ExplicitFilter.Inner.Kind.SE, 12, 2),
                inner(width, maxLength, 2, 1, ExplicitFilter.Inner.Kind.MR, 23, 1),
                inner(width, maxLength, 3, 2, ExplicitFilter.Inner.Kind.MR, maxLength, width / 2),
                inner(width, maxLength, 3, 1, ExplicitFilter.Inner.Kind.MR, 5, 2),
                new AttentionConfig(width, maxLength, 1, true),
                new AttentionConfig(width, maxLength, width / 2, true),
                new AttentionConfig(width, maxLength, 2, false),
                new AttentionConfig(width, maxLength, width, false),
                new RecurrentConfig(RecurrentConfig.Cell.RNN, width, maxLength),
                new RecurrentConfig(RecurrentConfig.Cell.LSTM, width, maxLength),
                new RecurrentConfig(RecurrentConfig.Cell.GRU, width, maxLength),
                new H3Config(width, maxLength, 4, 1),
                new H3Config(width, maxLength, 14, 2),
                new H3Config(width, maxLength, 2, width),
                new ConvConfig(width, maxLength, 1),
                new ConvConfig(width, maxLength, 4),
                new ConvConfig(width, maxLength, 17),
                new ConvConfig(width, maxLength, maxLength));
    }

    /** With many heads, also what heads and the order decide: mixing, outer products, an activation, dropout. */
    private static MixerConfig inner(
            int width, int maxLength, int order, int heads, ExplicitFilter.Inner.Kind inner, int taps, int group) {
        boolean many = heads > 1;
        return new HyenaConfig.Explicit(
                width,
                maxLength,
                order,
                heads,
                3,
                many ? Activation.GELU : Activation.ID,
                many,
                many,
                order != 4,
                many ? 0.2 : 0,
                inner,
                taps,
                group);
    }

    /** All kinds; every one has l-max 24 and width 6. */
    public static List<MixerConfig> all() {
        return of(6, 24);
    }

    /** The same, and Hyena with every option. */
    public static List<MixerConfig> withEveryHyena() {
        return Stream.<MixerConfig>concat(
                        OperatorConfigs.all().stream(), all().stream().skip(1))
                .toList();
    }
}
