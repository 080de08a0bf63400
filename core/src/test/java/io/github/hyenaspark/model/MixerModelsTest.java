package io.github.hyenaspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.layers.IncrementalSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Language models of every mixer and of several, as settings make them. */
class MixerModelsTest {
    private static final int VOCABULARY = 11;

    private static ModelConfig config(String mixer, String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "model.mixer=" + mixer,
                "model.d-model=8",
                "model.n-layer=2",
                "model.l-max=40",
                "model.init-std=0.3",
                "model.conv.taps=5",
                "model.hyena-mr.taps=16",
                "model.hyena-mr.group=2"));
        all.addAll(List.of(settings));
        return Settings.load(all).bind("model", ModelConfig.class);
    }

    /**
     * As many as the same model of PyTorch's modules has; of the convolution 3·D² + D·31 and 4 biases, of Hyena 4·D² +
     * D·(3·3 + 7 or 128 + 1) and 7 biases.
     */
    @ParameterizedTest
    @CsvSource({"hyena-se, 836352", "hyena-mr, 898304", "rnn, 760064", "lstm, 1156352", "gru, 1024256", "conv, 776448"})
    void parametersAreThoseOfTheField(String mixer, long expected) {
        ModelConfig config = Settings.load(List.of("model.mixer=" + mixer)).bind("model", ModelConfig.class);
        long parameters = HyenaLanguageModel.tableOf(config, 256).stream()
                .mapToLong(ParameterEntry::size)
                .sum();
        assertThat(parameters).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hyena-se", "hyena-mr", "rnn", "lstm", "gru", "conv", "[lstm, conv]", "[gru, hyena]"})
    void theTextIsTheNaiveOneAlsoPastLMax(String mixer) {
        ModelConfig config = config(mixer);
        HyenaLanguageModel model = trained(config);
        int[] prompt = {3, 1, 4, 1, 5, 9};
        List<Integer> text = new ArrayList<>();
        new Generator(model, VOCABULARY, 40).generate(prompt, 100, new Sampling.Greedy(), 1, id -> text.add(id));
        int[] context = prompt;
        for (int id : text) {
            int expected = new Sampling.Greedy().next(model.logits(context), VOCABULARY, new Random(1));
            assertThat(id).isEqualTo(expected);
            int[] kept = context.length < 40 ? context : Arrays.copyOfRange(context, 20, 40);
            context = IntStream.concat(Arrays.stream(kept), IntStream.of(id)).toArray();
        }
        assertThat(text.stream().distinct().count())
                .as("a text that never changes proves little")
                .isGreaterThan(3);
    }

    /** Filters by transforms and by blocks of the incremental convolution. */
    @ParameterizedTest
    @ValueSource(strings = {"lstm", "conv", "hyena-se", "hyena-mr"})
    void aLongTextHasTheLogitsOfTheWhole(String mixer) {
        ModelConfig config = config(mixer, "model.l-max=600", "model.conv.taps=0");
        HyenaLanguageModel model = trained(config);
        int[] ids = new Random(5).ints(600, 0, VOCABULARY).toArray();
        IncrementalSequence sequence = model.sequence(600);
        float[] logits = sequence.append(Arrays.copyOf(ids, 300));
        for (int length = 300; length < 600; length++) {
            if (length % 50 == 0) {
                // rounding through two blocks
                assertThat(logits).containsExactly(model.logits(Arrays.copyOf(ids, length)), within(1e-4f));
            }
            logits = sequence.append(ids[length]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hyena-se", "hyena-mr", "rnn", "lstm", "gru", "conv", "[lstm, conv]"})
    void recomputedBlocksGiveTheSameBits(String mixer) {
        ModelConfig config = config(mixer, "model.dropout=0.1");
        HyenaLanguageModel kept = HyenaLanguageModel.create(config, VOCABULARY, 1);
        HyenaLanguageModel recomputed = HyenaLanguageModel.create(config, VOCABULARY, 1);
        recomputed.recomputeBlocks();
        for (int length : new int[] {40, 17}) {
            Batch batch = batch(3, length);
            assertThat(recomputed.computeGradient(batch, 5)).isEqualTo(kept.computeGradient(batch, 5));
            float[] expected = new float[Math.toIntExact(kept.parameterCount())];
            float[] found = expected.clone();
            kept.gradients().read(0, expected, expected.length);
            recomputed.gradients().read(0, found, found.length);
            assertThat(found).containsExactly(expected);
        }
    }

    @Test
    void tapsBeyondLMaxAreLeftOut() {
        assertThat(HyenaLanguageModel.tableOf(config("conv", "model.conv.taps=0"), VOCABULARY))
                .isEqualTo(HyenaLanguageModel.tableOf(config("conv", "model.conv.taps=41"), VOCABULARY))
                .anyMatch(entry -> entry.name().endsWith("taps.weight") && entry.size() == 8 * 40);
        assertThatThrownBy(() -> config("conv", "model.conv.taps=-1"))
                .hasMessageContaining("taps: found -1, expected 0 (as many as l-max) or more");
        assertThat(HyenaLanguageModel.tableOf(config("hyena-mr", "model.hyena-mr.taps=41"), VOCABULARY))
                .isEqualTo(HyenaLanguageModel.tableOf(config("hyena-mr", "model.hyena-mr.taps=40"), VOCABULARY))
                .anyMatch(entry -> entry.name().endsWith("mixer.filter.taps") && entry.size() == 4 * 40);
    }

    private static Batch batch(int batchSize, int length) {
        int[] text = new int[batchSize * length + 1];
        for (int i = 0; i < text.length; i++) {
            text[i] = (i + i / 5) % VOCABULARY;
        }
        return new Batch(
                Arrays.copyOf(text, batchSize * length), Arrays.copyOfRange(text, 1, text.length), batchSize, length);
    }

    /** A few steps against the sign of the gradient, on a text that counts and skips a number now and then. */
    private static HyenaLanguageModel trained(ModelConfig config) {
        HyenaLanguageModel model = HyenaLanguageModel.create(config, VOCABULARY, 1);
        float[] gradient = new float[Math.toIntExact(model.parameterCount())];
        for (int step = 0; step < 40; step++) {
            model.computeGradient(batch(4, 40), step);
            model.gradients().read(0, gradient, gradient.length);
            float[] theta = model.parameters();
            for (int i = 0; i < theta.length; i++) {
                theta[i] -= 0.01f * Math.signum(gradient[i]);
            }
            model.parameters(theta);
        }
        return model;
    }
}
