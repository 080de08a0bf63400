package io.github.hyenaspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

class HyenaLanguageModelTest {
    private static final int VOCABULARY = 11;

    /** Sizes of HyenaDNA (arXiv 2306.15794): vocabulary 12, fixed positions of 5 features. */
    @ParameterizedTest
    @CsvSource({
        "128, 2, 436096",
        "256, 2, 1641088",
        "128, 4, 869888",
        "256, 4, 3277568",
        "256, 8, 6550528",
    })
    void parametersOfHyenaDnaAreCounted(int dModel, int nLayer, long expected) {
        ModelConfig config = ModelConfigs.of(dModel, nLayer, 0, 1026, ModelConfigs.filter(5, false));
        assertThat(HyenaLanguageModel.create(config, 12, 1).parameterCount()).isEqualTo(expected);
    }

    /** The model of 153 million parameters trained on the Pile (arXiv 2302.10866). */
    @Test
    void parametersOfHyena153mAreCounted() {
        ModelConfig config = ModelConfigs.of(864, 18, 1728, 2048, ModelConfigs.filter(33, true));
        long parameters = HyenaLanguageModel.tableOf(config, 50257).stream()
                .mapToLong(ParameterEntry::size)
                .sum();
        assertThat(parameters).isEqualTo(153_700_416);
    }

    @Test
    void theTableCoversTheFlatVectorWithoutGaps() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 1);
        long at = 0;
        for (ParameterEntry entry : model.table()) {
            assertThat(entry.offset()).isEqualTo(at);
            at += entry.size();
        }
        assertThat(at).isEqualTo(model.parameterCount());
        assertThat(model.table()).extracting(ParameterEntry::name).doesNotHaveDuplicates();
    }

    @Test
    void theTableIsKnownWithoutTheModel() {
        ModelConfig config = ModelConfigs.of(8, 3, 0, 20, ModelConfigs.filter(5, true));
        assertThat(HyenaLanguageModel.tableOf(config, VOCABULARY))
                .isEqualTo(HyenaLanguageModel.create(config, VOCABULARY, 1).table());
    }

    @Test
    void firstParametersDependOnTheSeedAlone() {
        float[] theta =
                HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 5).parameters();
        assertThat(HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 5)
                        .parameters())
                .containsExactly(theta);
        assertThat(HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 6)
                        .parameters())
                .isNotEqualTo(theta);
    }

    @Test
    void aBlankModelIsWhatItsParametersMakeIt() {
        HyenaLanguageModel drawn = HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 5);
        HyenaLanguageModel blank = HyenaLanguageModel.blank(ModelConfigs.tiny(16), VOCABULARY);
        assertThat(blank.parameters()).containsOnly(0).hasSameSizeAs(drawn.parameters());
        blank.parameters(drawn.parameters());
        Batch batch = batch(3, 13);
        assertThat(blank.lossSum(batch)).isEqualTo(drawn.lossSum(batch));
        assertThat(blank.computeGradient(batch, 7)).isEqualTo(drawn.computeGradient(batch, 7));
        assertThat(blank.parameters()).containsExactly(drawn.parameters());
    }

    @Test
    void theLossOfEvaluationIsThatOfTraining() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 1);
        Batch batch = batch(3, 13);
        double mean = model.computeGradient(batch, 0);
        LossSum sum = model.lossSum(batch);
        assertThat(sum.tokens()).isEqualTo(39);
        assertThat(sum.nats()).isCloseTo(39 * mean, within(1e-9));
        // a fresh model knows nothing: about ln of the padded vocabulary of 16
        assertThat(sum.mean()).isCloseTo(Math.log(16), within(0.1));
    }

    @Test
    void theLossByPositionIsTheLossOfTheTargetsThere() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(200), VOCABULARY, 1);
        Batch batch = batch(2, 200);
        int[] targets = batch.targets().clone();
        java.util.Arrays.fill(targets, 190, 210, Batch.IGNORED);
        LossSum.ByPosition found = model.lossByPosition(new Batch(batch.ids(), targets, 2, 200));
        assertThat(found.classes()).extracting(LossSum::tokens).containsExactly(64L + 54, 64L + 64, 72L + 62);
        for (int number = 0; number < 3; number++) {
            int[] only = targets.clone();
            for (int i = 0; i < only.length; i++) {
                boolean inside =
                        i % 200 >= LossSum.ByPosition.begin(number) && i % 200 < LossSum.ByPosition.begin(number + 1);
                only[i] = inside ? only[i] : Batch.IGNORED;
            }
            LossSum alone = model.lossSum(new Batch(batch.ids(), only, 2, 200));
            assertThat(found.classes().get(number).nats()).isCloseTo(alone.nats(), within(1e-9 * alone.nats()));
        }
        LossSum all = model.lossSum(new Batch(batch.ids(), targets, 2, 200));
        assertThat(found.total().nats()).isCloseTo(all.nats(), within(1e-9 * all.nats()));
        assertThat(found.plus(found).total().tokens()).isEqualTo(2 * all.tokens());
        assertThat(found.plus(LossSum.ByPosition.ZERO)).isEqualTo(found);
    }

    @Test
    void theNormedOutputTimesTheEmbeddingGivesTheLogits() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(200), VOCABULARY, 1);
        Batch batch = batch(2, 150);
        float[] normed = new float[2 * 150 * 8];
        model.readNormedOutput(batch, output -> output.read(0, normed, normed.length));
        ParameterEntry embedding = model.table().get(0);
        int width = Math.toIntExact(embedding.size() / embedding.shape().get(0));
        float[] theta = model.parameters();
        for (int row = 0; row < 2; row++) {
            int[] ids = java.util.Arrays.copyOfRange(batch.ids(), row * 150, row * 150 + 150);
            float[] logits = model.logits(ids);
            for (int v = 0; v < logits.length; v++) {
                double sum = 0;
                for (int d = 0; d < width; d++) {
                    sum += theta[(int) embedding.offset() + v * width + d] * normed[(row * width + d) * 150 + 149];
                }
                assertThat((double) logits[v]).isCloseTo(sum, within(1e-5));
            }
        }
    }

    /** The collector need not come for a heap of which nothing is taken. */
    @Test
    void whatIsReadOfABatchIsFreedAtOnce() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(4096), VOCABULARY, 1);
        Batch batch = batch(4, 4096);
        long output = 4L * 4096 * 8 * Float.BYTES;
        model.losses(batch);
        model.readNormedOutput(batch, FloatArray::length);
        long before = FloatArray.nativeBytes();
        for (int i = 0; i < 10; i++) {
            model.losses(batch);
            model.readNormedOutput(batch, FloatArray::length);
        }
        assertThat(FloatArray.nativeBytes() - before).isLessThan(10 * output);
    }

    @Test
    void ignoredTargetsCountNowhere() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 1);
        Batch batch = batch(1, 16);
        int[] targets = batch.targets().clone();
        java.util.Arrays.fill(targets, 10, 16, Batch.IGNORED);
        LossSum some = model.lossSum(new Batch(batch.ids(), targets, 1, 16));
        Batch shorter = new Batch(
                java.util.Arrays.copyOf(batch.ids(), 10), java.util.Arrays.copyOf(batch.targets(), 10), 1, 10);
        assertThat(some.tokens()).isEqualTo(10);
        assertThat(some.nats()).isCloseTo(model.lossSum(shorter).nats(), within(1e-4));
    }

    @Test
    void dropoutFollowsTheSeedOfTheCallWhateverOthersDraw() {
        HyenaLanguageModel model = HyenaLanguageModel.create(withDropout(20), VOCABULARY, 1);
        HyenaLanguageModel other = HyenaLanguageModel.create(withDropout(20), VOCABULARY, 2);
        Batch batch = batch(2, 20);
        double loss = model.computeGradient(batch, 5);
        assertThat(model.computeGradient(batch, 6)).isNotEqualTo(loss);
        other.computeGradient(batch, 7);
        Nd4j.getRandom().setSeed(8);
        assertThat(model.computeGradient(batch, 5)).isEqualTo(loss);
        long next = Nd4j.getRandom().nextLong();
        Nd4j.getRandom().setSeed(8);
        assertThat(next)
                .as("ND4J's generator is left alone")
                .isEqualTo(Nd4j.getRandom().nextLong());
    }

    private static ModelConfig withDropout(int lMax) {
        ModelConfig usual = ModelConfigs.of(8, 3, 16, lMax, ModelConfigs.filter(5, true));
        return new ModelConfig(
                List.of(Mixer.HYENA),
                8,
                3,
                16,
                lMax,
                3,
                1,
                3,
                usual.activation(),
                false,
                false,
                true,
                0.1,
                0.1,
                0.2,
                8,
                usual.positions(),
                usual.filter(),
                usual.hyenaSe(),
                usual.hyenaMr(),
                usual.attention(),
                usual.h3(),
                usual.conv());
    }

    /** Longer than a tile of the feed-forward part, with dropout, in more than one block. */
    @Test
    void recomputedBlocksGiveTheSameBits() {
        ModelConfig config = withDropout(1300);
        HyenaLanguageModel kept = HyenaLanguageModel.create(config, VOCABULARY, 1);
        HyenaLanguageModel recomputed = HyenaLanguageModel.create(config, VOCABULARY, 1);
        recomputed.recomputeBlocks();
        for (int length : new int[] {1300, 700}) {
            Batch batch = batch(2, length);
            assertThat(recomputed.computeGradient(batch, 5)).isEqualTo(kept.computeGradient(batch, 5));
            float[] expected = new float[Math.toIntExact(kept.parameterCount())];
            float[] found = expected.clone();
            kept.gradients().read(0, expected, expected.length);
            recomputed.gradients().read(0, found, found.length);
            assertThat(found).containsExactly(expected);
        }
    }

    @Test
    void logitsAreThoseOfTheLastPosition() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 1);
        int[] ids = {3, 1, 4, 1, 5};
        float[] logits = model.logits(ids);
        assertThat(logits).hasSize(16);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        int[] targets = {-100, -100, -100, -100, 9};
        LossSum loss = model.lossSum(new Batch(ids, targets, 1, 5));
        assertThat(loss.nats()).isCloseTo(Math.log(sum) - logits[9], within(1e-5));
    }

    @Test
    void parametersOfAnotherSizeAreRefused() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(16), VOCABULARY, 1);
        assertThatThrownBy(() -> model.parameters(new float[7]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameters, found 7; were they trained with other model settings?");
    }

    @Test
    void greedyGenerationChoosesTheLargestLogitOfWhatCameBefore() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(8), VOCABULARY, 1);
        List<Integer> tokens = new ArrayList<>();
        new Generator(model, VOCABULARY, 8)
                .generate(new int[] {1, 2, 3}, 5, new Sampling.Greedy(), 1, id -> tokens.add(id));
        List<Integer> context = new ArrayList<>(List.of(1, 2, 3));
        for (int token : tokens) {
            float[] logits = model.logits(context.stream().mapToInt(i -> i).toArray());
            for (int v = 0; v < VOCABULARY; v++) {
                assertThat(logits[token]).isGreaterThanOrEqualTo(logits[v]);
            }
            context.add(token);
        }
        assertThat(tokens).hasSize(5);
    }

    @Test
    void generationGoesOnPastLMaxAndFollowsItsSeed() {
        HyenaLanguageModel model = HyenaLanguageModel.create(ModelConfigs.tiny(8), VOCABULARY, 1);
        List<Integer> first = generate(model, 1);
        assertThat(first).hasSize(30).allMatch(token -> token >= 0 && token < VOCABULARY);
        assertThat(generate(model, 1)).isEqualTo(first);
        assertThat(generate(model, 2)).isNotEqualTo(first);
    }

    private static List<Integer> generate(HyenaLanguageModel model, long seed) {
        List<Integer> tokens = new ArrayList<>();
        int[] prompt = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        new Generator(model, VOCABULARY, 8).generate(prompt, 30, Sampling.of(1, 0, 1), seed, id -> tokens.add(id));
        return tokens;
    }

    private static Batch batch(int batchSize, int length) {
        Random random = new Random(3);
        int size = batchSize * length;
        return new Batch(
                random.ints(size, 0, VOCABULARY).toArray(),
                random.ints(size, 0, VOCABULARY).toArray(),
                batchSize,
                length);
    }
}
