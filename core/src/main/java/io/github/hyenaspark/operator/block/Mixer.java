package io.github.hyenaspark.operator.block;

import io.github.hyenaspark.config.SettingNames;
import io.github.hyenaspark.operator.attention.AttentionConfig;
import io.github.hyenaspark.operator.conv.ConvConfig;
import io.github.hyenaspark.operator.h3.H3Config;
import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.recurrent.RecurrentConfig;
import java.util.Arrays;

/** The kinds of mixers that a block can have. */
public enum Mixer {
    /** The Hyena operator. */
    HYENA(HyenaConfig.class),
    /** Causal softmax attention. */
    ATTENTION(AttentionConfig.class),
    /** H3, two state-space models with multiplications between them. */
    H3(H3Config.class),
    /** {@link RecurrentConfig.Cell#RNN}. */
    RNN(RecurrentConfig.class),
    /** {@link RecurrentConfig.Cell#LSTM}. */
    LSTM(RecurrentConfig.class),
    /** {@link RecurrentConfig.Cell#GRU}. */
    GRU(RecurrentConfig.class),
    /** An explicit convolution with a gate. */
    CONV(ConvConfig.class);

    private final Class<? extends MixerConfig> configuration;

    Mixer(Class<? extends MixerConfig> configuration) {
        this.configuration = configuration;
    }

    /** Its name in settings. */
    public String settingName() {
        return SettingNames.of(this);
    }

    /** The class of its configurations. */
    public Class<? extends MixerConfig> configuration() {
        return configuration;
    }

    /** What {@code config} configures. */
    public static Mixer of(MixerConfig config) {
        if (config instanceof RecurrentConfig recurrent) {
            return valueOf(recurrent.cell().name());
        }
        return Arrays.stream(values())
                .filter(mixer -> mixer.configuration == config.getClass())
                .findFirst()
                .orElseThrow();
    }
}
