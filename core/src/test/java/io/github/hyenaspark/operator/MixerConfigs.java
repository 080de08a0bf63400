package io.github.hyenaspark.operator;

import java.util.ArrayList;
import java.util.List;

/** Mixers of every kind, small enough for plain loops; every one has l-max 24 and width 6. */
public final class MixerConfigs {
    private MixerConfigs() {}

    /** All of them. */
    public static List<MixerConfig> all() {
        List<MixerConfig> all = new ArrayList<>(OperatorConfigs.all());
        all.addAll(attention());
        return List.copyOf(all);
    }

    /** One head and several, of one channel, of odd and even numbers of channels. */
    static List<AttentionConfig> attention() {
        return List.of(
                new AttentionConfig(6, 24, 1, true),
                new AttentionConfig(6, 24, 3, true),
                new AttentionConfig(6, 24, 2, false),
                new AttentionConfig(6, 24, 6, false));
    }
}
