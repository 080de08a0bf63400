package io.github.hyenaspark.model;

import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.tensor.Activation;
import java.util.List;

/** Model configurations for tests. */
public final class ModelConfigs {
    /** Two taps, for the models that have them. */
    public static final ModelConfig.InnerSettings SE = new ModelConfig.InnerSettings(2, 1);
    /** More taps than are summed directly, shared by pairs of channels. */
    public static final ModelConfig.InnerSettings MR = new ModelConfig.InnerSettings(17, 2);
    /** A small one, for the models that have it. */
    public static final ModelConfig.H3Settings H3 = new ModelConfig.H3Settings(8, 2);
    /** A short convolution, for the models that have one. */
    public static final ModelConfig.ConvSettings CONV = new ModelConfig.ConvSettings(3);

    private ModelConfigs() {}

    /** Order 2, one head, short filter of 3, embedding multiple of 8. */
    public static ModelConfig of(int dModel, int nLayer, int dInner, int lMax, FilterConfig filter) {
        return new ModelConfig(
                List.of(Mixer.HYENA),
                dModel,
                nLayer,
                dInner,
                lMax,
                2,
                1,
                3,
                Activation.ID,
                false,
                false,
                true,
                0,
                0,
                0.02,
                8,
                Embedding.Positions.ROTARY,
                filter,
                SE,
                MR,
                new ModelConfig.AttentionSettings(0),
                H3,
                CONV);
    }

    /** The smallest that is still a model. */
    public static ModelConfig tiny(int lMax) {
        return of(8, 1, 16, lMax, filter(5, true));
    }

    /** A filter network of width 64 with two hidden layers. */
    public static FilterConfig filter(int emb, boolean trainPositions) {
        return new FilterConfig(
                FilterConfig.Kind.IMPLICIT,
                64,
                emb,
                2,
                14,
                true,
                0,
                0.01,
                0.3,
                1.5,
                false,
                trainPositions,
                false,
                16,
                64);
    }
}
