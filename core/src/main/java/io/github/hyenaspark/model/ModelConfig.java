package io.github.hyenaspark.model;

import io.github.hyenaspark.operator.attention.AttentionConfig;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.conv.ConvConfig;
import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.h3.H3Config;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.hyena.HyenaConfig;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.recurrent.RecurrentConfig;
import io.github.hyenaspark.operator.tensor.Activation;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The language model, bound from the settings {@code model}; those of the operator are components of
 * {@link HyenaConfig}, and a mixer's own section is of the blocks that have it.
 *
 * @param mixer of the blocks, from the embedding up; a pattern, repeated and cut to {@code nLayer}
 * @param dModel D, channels of the residual stream
 * @param dInner channels inside the feed-forward part; 0 means 4·D
 * @param lMax the longest sequence, tokens; fixes the time scale of the filters, so a checkpoint is bound to it
 * @param dropout share of every branch's output set to zero in training
 * @param embedDropout the same for the embedding
 * @param initStd standard deviation of initial weights
 * @param vocabMultiple the vocabulary is padded to a multiple of this
 * @param positions how blocks that mix by content know positions
 */
public record ModelConfig(
        List<Mixer> mixer,
        int dModel,
        int nLayer,
        int dInner,
        int lMax,
        int order,
        int numHeads,
        int shortLen,
        Activation activation,
        boolean postOrderMixing,
        boolean outerMixing,
        boolean directTerm,
        double dropout,
        double embedDropout,
        double initStd,
        int vocabMultiple,
        Embedding.Positions positions,
        FilterConfig filter,
        InnerSettings hyenaSe,
        InnerSettings hyenaMr,
        AttentionSettings attention,
        H3Settings h3,
        ConvSettings conv)
        implements Serializable {
    public ModelConfig {
        MixerConfig.check(nLayer >= 1, "n-layer", nLayer, "at least 1");
        MixerConfig.check(dInner >= 0, "d-inner", dInner, "0 (4 times d-model) or more");
        MixerConfig.check(embedDropout >= 0 && embedDropout < 1, "embed-dropout", embedDropout, "a number in [0, 1)");
        MixerConfig.check(initStd > 0, "init-std", initStd, "a positive number");
        MixerConfig.check(vocabMultiple >= 1, "vocab-multiple", vocabMultiple, "at least 1");
        MixerConfig.check(!mixer.isEmpty(), "mixer", "an empty list", "at least one mixer");
        mixer = List.copyOf(mixer.subList(0, Math.min(mixer.size(), nLayer)));
        HyenaConfig operator = new HyenaConfig(
                dModel,
                lMax,
                order,
                numHeads,
                shortLen,
                activation,
                postOrderMixing,
                outerMixing,
                directTerm,
                0,
                filter);
        new BlockConfig(operator, dInner == 0 ? 4 * dModel : dInner, dropout);
        if (mixer.contains(Mixer.HYENA_SE)) {
            hyenaSe.of(ExplicitFilter.Inner.Kind.SE, operator);
        }
        if (mixer.contains(Mixer.HYENA_MR)) {
            hyenaMr.of(ExplicitFilter.Inner.Kind.MR, operator);
        }
        if (mixer.contains(Mixer.H3)) {
            h3.of(dModel, lMax);
        }
        if (mixer.contains(Mixer.ATTENTION)) {
            attention.of(dModel, lMax, positions);
        }
    }

    /**
     * Bound from the settings {@code model.hyena-se} and {@code model.hyena-mr}: taps of every filter, of which more
     * than l-max mean l-max, and the neighbouring channels of a head that share a filter.
     */
    public record InnerSettings(int taps, int group) implements Serializable {
        public InnerSettings {
            MixerConfig.check(taps >= 1, "taps", taps, "at least 1");
        }

        HyenaConfig.Explicit of(ExplicitFilter.Inner.Kind inner, HyenaConfig operator) {
            return operator.with(inner, Math.min(taps, operator.maxLength()), group);
        }
    }

    /** Bound from the settings {@code model.h3}: N, even, of every state-space model, and the channels of one head. */
    public record H3Settings(int states, int headDim) implements Serializable {
        H3Config of(int dModel, int lMax) {
            return new H3Config(dModel, lMax, states, headDim);
        }
    }

    /** Bound from the settings {@code model.conv}: taps of every filter; 0, or more than l-max, means l-max. */
    public record ConvSettings(int taps) implements Serializable {
        public ConvSettings {
            MixerConfig.check(taps >= 0, "taps", taps, "0 (as many as l-max) or more");
        }

        ConvConfig of(int dModel, int lMax) {
            return new ConvConfig(dModel, lMax, taps == 0 ? lMax : Math.min(taps, lMax));
        }
    }

    /**
     * Bound from the settings {@code model.attention}: heads; 0 means one for every 64 channels or, if those do not
     * divide d-model, the most heads below that do, at least one.
     */
    public record AttentionSettings(int heads) implements Serializable {
        private static final int USUAL_HEAD_WIDTH = 64;

        AttentionConfig of(int dModel, int lMax, Embedding.Positions positions) {
            boolean rotary = positions == Embedding.Positions.ROTARY;
            return new AttentionConfig(dModel, lMax, heads == 0 ? usual(dModel, rotary) : heads, rotary);
        }

        private static int usual(int dModel, boolean rotary) {
            int number = Math.max(1, dModel / USUAL_HEAD_WIDTH);
            while (number > 1 && (dModel % number != 0 || (rotary && dModel / number % 2 != 0))) {
                number--;
            }
            return number;
        }
    }

    /** The Hyena operator of every block that has the one with long filters. */
    public HyenaConfig operator() {
        return new HyenaConfig(
                dModel,
                lMax,
                order,
                numHeads,
                shortLen,
                activation,
                postOrderMixing,
                outerMixing,
                directTerm,
                0,
                filter);
    }

    /** All blocks, from the embedding up. */
    public List<BlockConfig> blocks() {
        int inner = innerWidth();
        return IntStream.range(0, nLayer)
                .mapToObj(number -> new BlockConfig(mixer(number), inner, dropout))
                .toList();
    }

    /** Channels inside the feed-forward part of every block. */
    public int innerWidth() {
        return dInner == 0 ? Math.multiplyExact(4, dModel) : dInner;
    }

    /** The mixers by their names in settings, with commas between them. */
    public String mixerNames() {
        return mixer.stream().map(Mixer::settingName).collect(Collectors.joining(","));
    }

    private MixerConfig mixer(int block) {
        Mixer kind = mixer.get(block % mixer.size());
        return switch (kind) {
            case HYENA -> operator();
            case HYENA_SE -> hyenaSe.of(ExplicitFilter.Inner.Kind.SE, operator());
            case HYENA_MR -> hyenaMr.of(ExplicitFilter.Inner.Kind.MR, operator());
            case H3 -> h3.of(dModel, lMax);
            case RNN, LSTM, GRU -> new RecurrentConfig(RecurrentConfig.Cell.valueOf(kind.name()), dModel, lMax);
            case CONV -> conv.of(dModel, lMax);
            case ATTENTION -> attention.of(dModel, lMax, positions);
        };
    }

    /** IllegalArgumentException if an input is longer than l-max. */
    public void checkLength(int length) {
        MixerConfig.checkLength(length, lMax);
    }

    /** The embedding, with the positions that are added to it. */
    public Embedding.Config embedding(int vocabularySize) {
        return new Embedding.Config(paddedVocabulary(vocabularySize), dModel, lMax, positions, embedDropout);
    }

    /** The least that {@code lMax} may be with these filters: L tokens have L/2 + 1 modes of a transform. */
    public int leastLMax() {
        return filter.kind() == FilterConfig.Kind.FOURIER ? Math.max(1, 2 * (filter.modes() - 1)) : 1;
    }

    /** V, padded. */
    public int paddedVocabulary(int vocabularySize) {
        return Math.multiplyExact((vocabularySize + vocabMultiple - 1) / vocabMultiple, vocabMultiple);
    }
}
