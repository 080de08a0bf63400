package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.operator.attention.AttentionConfig;
import io.github.hyenaspark.operator.conv.ConvConfig;
import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.h3.H3Config;
import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.recurrent.RecurrentConfig;
import java.util.Arrays;

public enum Mixer {
    HYENA(HyenaConfig.class),
    /** Hyena with short explicit filters. */
    HYENA_SE(HyenaConfig.Explicit.class),
    /** Hyena with explicit filters of medium length, times a decay window. */
    HYENA_MR(HyenaConfig.Explicit.class),
    ATTENTION(AttentionConfig.class),
    /** H3, two state-space models with multiplications between them. */
    H3(H3Config.class),
    RNN(RecurrentConfig.class),
    LSTM(RecurrentConfig.class),
    GRU(RecurrentConfig.class),
    CONV(ConvConfig.class);

    private final Class<? extends MixerConfig> configuration;

    Mixer(Class<? extends MixerConfig> configuration) {
        this.configuration = configuration;
    }

    /** Its name in settings. */
    public String settingName() {
        return SettingNames.of(this);
    }

    public Class<? extends MixerConfig> configuration() {
        return configuration;
    }

    public static Mixer of(MixerConfig config) {
        if (config instanceof RecurrentConfig recurrent) {
            return valueOf(recurrent.cell().name());
        }
        if (config instanceof HyenaConfig.Explicit explicit) {
            return explicit.inner() == ExplicitFilter.Inner.Kind.SE ? HYENA_SE : HYENA_MR;
        }
        return Arrays.stream(values())
                .filter(mixer -> mixer.configuration == config.getClass())
                .findFirst()
                .orElseThrow();
    }
}
