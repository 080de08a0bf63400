package io.github.hyenaspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.exchange.SafariTensors;
import io.github.hyenaspark.operator.attention.AttentionConfig;
import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.filter.ExplicitFilter;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.nn.MixerConfig;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
    private static final int VOCABULARY = 11;

    private static ModelConfig model(String... settings) {
        return Settings.load(Arrays.asList(settings)).bind("model", ModelConfig.class);
    }

    private static MixerConfig mixer(String... settings) {
        return model(settings).blocks().get(0).mixer();
    }

    @Test
    void everyBlockHasTheMixerOfItsPlace() {
        ModelConfig config = model("model.mixer=[hyena,attention,hyena,attention]", "model.d-model=128");
        AttentionConfig attention = new AttentionConfig(128, 1024, 2, true);
        assertThat(config.blocks())
                .extracting(BlockConfig::mixer)
                .containsExactly(config.operator(), attention, config.operator(), attention);
    }

    @Test
    void aListOfMixersIsRepeatedAndCut() {
        ModelConfig config = model("model.mixer=[hyena-se,hyena-mr,hyena]", "model.n-layer=5");
        MixerConfig se = config.operator().with(ExplicitFilter.Inner.Kind.SE, 7, 1);
        MixerConfig mr = config.operator().with(ExplicitFilter.Inner.Kind.MR, 128, 1);
        assertThat(config.blocks()).extracting(BlockConfig::mixer).containsExactly(se, mr, config.operator(), se, mr);
        assertThat(config.mixerNames()).isEqualTo("hyena-se,hyena-mr,hyena");
        ModelConfig cut = model("model.mixer=[hyena-mr,hyena,attention,h3]", "model.n-layer=2", "model.d-model=66");
        assertThat(cut.blocks()).hasSize(2);
        assertThat(cut.mixerNames()).isEqualTo("hyena-mr,hyena"); // nor is the attention's width looked at
        assertThatThrownBy(() -> model("model.mixer=[]"))
                .hasMessageContaining("mixer: found an empty list, expected at least one mixer");
    }

    @Test
    void explicitFiltersAreSharedAndNoLongerThanASequence() {
        assertThat(mixer("model.mixer=hyena-mr", "model.l-max=64", "model.hyena-mr.group=16"))
                .isEqualTo(model("model.l-max=64").operator().with(ExplicitFilter.Inner.Kind.MR, 64, 16));
        assertThatThrownBy(() -> model("model.mixer=hyena-se", "model.num-heads=2", "model.hyena-se.group=128"))
                .hasMessageContaining("hyena-se.group: found 128, expected a divisor of 64, the channels of a head");
        assertThatThrownBy(() -> model("model.mixer=[hyena,hyena-mr]", "model.hyena-mr.group=0"))
                .hasMessageContaining("hyena-mr.group: found 0, expected a divisor of 128, the channels of a head");
        assertThatThrownBy(() -> model("model.hyena-se.taps=0"))
                .hasMessageContaining("taps: found 0, expected at least 1");
        assertThat(model("model.hyena-se.group=3").blocks()).hasSize(4); // no block has such filters
    }

    @Test
    void aHeadHas64ChannelsUnlessToldOtherwise() {
        assertThat(mixer("model.mixer=attention", "model.d-model=256"))
                .isEqualTo(new AttentionConfig(256, 1024, 4, true));
        assertThat(mixer("model.mixer=attention", "model.d-model=32"))
                .isEqualTo(new AttentionConfig(32, 1024, 1, true));
        assertThat(mixer("model.mixer=attention", "model.d-model=256", "model.attention.heads=8"))
                .isEqualTo(new AttentionConfig(256, 1024, 8, true));
    }

    /** Counted by hand: the largest divisor of the width up to a 64th of it, with heads of even width if rotated. */
    @ParameterizedTest
    @CsvSource({
        "200, rotary, 2", "224, rotary, 2", "352, rotary, 4", "400, rotary, 5", "500, rotary, 5", "130, rotary, 1",
        "130, none, 2", "330, rotary, 5", "325, none, 5", "2, rotary, 1", "257, none, 1", "768, rotary, 12"
    })
    void everyOrdinaryWidthHasHeads(int width, String positions, int heads) {
        assertThat(mixer("model.mixer=attention", "model.d-model=" + width, "model.positions=" + positions))
                .isEqualTo(new AttentionConfig(width, 1024, heads, positions.equals("rotary")));
    }

    @Test
    void otherPositionsThanRotaryTurnNothing() {
        for (String positions : List.of("none", "learned", "sinusoidal")) {
            assertThat(mixer("model.mixer=attention", "model.positions=" + positions))
                    .isEqualTo(new AttentionConfig(128, 1024, 2, false));
        }
    }

    @Test
    void headsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> model("model.mixer=attention", "model.d-model=200", "model.attention.heads=3"))
                .hasMessageContaining("attention.heads: found 3, expected a divisor of d-model 200");
        assertThatThrownBy(() -> model("model.mixer=attention", "model.attention.heads=-1"))
                .hasMessageContaining("attention.heads: found -1, expected a divisor of d-model 128");
        assertThat(model("model.d-model=200", "model.attention.heads=3").blocks())
                .hasSize(4); // no block has heads
    }

    @Test
    void learnedPositionsAreParametersAndLimitTheLength() {
        ModelConfig learned = model("model.d-model=8", "model.n-layer=1", "model.l-max=20", "model.positions=learned");
        HyenaLanguageModel model = HyenaLanguageModel.create(learned, VOCABULARY, 1);
        assertThat(model.table().get(1).name()).isEqualTo("embedding.positions");
        assertThat(model.table().get(1).shape()).containsExactly(20, 8);
        assertThat(HyenaLanguageModel.tableOf(learned, VOCABULARY)).isEqualTo(model.table());
        for (Embedding.Positions positions : Embedding.Positions.values()) {
            if (positions != Embedding.Positions.LEARNED) {
                String name = positions.name().toLowerCase(java.util.Locale.ROOT);
                ModelConfig other = model("model.d-model=8", "model.n-layer=1", "model.positions=" + name);
                assertThat(HyenaLanguageModel.tableOf(other, VOCABULARY).get(1).name())
                        .isEqualTo("block-0.norm1.weight");
            }
        }
        assertThatThrownBy(() -> model.logits(new int[21]))
                .hasMessageContaining("a sequence of 21 tokens is longer than l-max 20");
    }

    @Test
    void safariHasNoNamesForOtherMixersAndAddedPositions() {
        for (String settings : List.of("model.mixer=attention", "model.positions=learned")) {
            ModelConfig config = model(settings);
            assertThatThrownBy(() -> SafariTensors.of(config, HyenaLanguageModel.tableOf(config, VOCABULARY)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(settings.replace("=", ": found "))
                    .hasMessageContaining("export.format=dl4j takes any model");
        }
    }

    /** More than a block of attention and a tile of the feed-forward part, with dropout. */
    @Test
    void aMixedModelHasTheSameBitsWithRecomputedBlocks() {
        ModelConfig config = model(
                "model.mixer=[hyena,attention,hyena,attention]",
                "model.d-model=8",
                "model.attention.heads=2",
                "model.filter.width=8",
                "model.filter.emb=5",
                "model.l-max=700",
                "model.dropout=0.1",
                "model.positions=learned");
        int[] ids = new java.util.Random(1).ints(1400, 0, VOCABULARY).toArray();
        Batch batch = new Batch(ids, ids, 2, 700);
        for (int threads : new int[] {1, 3}) {
            HyenaLanguageModel kept = HyenaLanguageModel.create(config, VOCABULARY, 1);
            HyenaLanguageModel recomputed = HyenaLanguageModel.create(config, VOCABULARY, 1);
            recomputed.recomputeBlocks();
            kept.useThreads(threads);
            recomputed.useThreads(threads);
            assertThat(recomputed.computeGradient(batch, 5)).isEqualTo(kept.computeGradient(batch, 5));
            float[] expected = new float[Math.toIntExact(kept.parameterCount())];
            float[] found = expected.clone();
            kept.gradients().read(0, expected, expected.length);
            recomputed.gradients().read(0, found, found.length);
            assertThat(found).containsExactly(expected);
            assertThat(recomputed.losses(batch).nats())
                    .containsExactly(kept.losses(batch).nats());
        }
    }
}
