package io.github.hyenaspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.layers.IncrementalSequence;
import io.github.hyenaspark.operator.block.Mixer;
import io.github.hyenaspark.operator.filter.FilterConfig;
import io.github.hyenaspark.operator.head.Embedding;
import io.github.hyenaspark.operator.tensor.Activation;
import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Generation against the naive way, which runs the whole sequence again for each token. */
class GeneratorTest {
    private static final int VOCABULARY = 11;
    private static final int TOKENS = 2000;
    private static final int[] PROMPT = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9};
    private static final long SEED = 2002;

    /** Order 3, two heads that are mixed, outer mixing, an activation, a short filter of 4. */
    private static final ModelConfig CONFIG = config(PROMPT.length + TOKENS);

    private static ModelConfig config(int lMax) {
        return config(List.of(Mixer.HYENA), Embedding.Positions.ROTARY, FilterConfig.Kind.IMPLICIT, lMax);
    }

    private static ModelConfig config(
            List<Mixer> mixer, Embedding.Positions positions, FilterConfig.Kind kind, int lMax) {
        FilterConfig filter =
                new FilterConfig(kind, 8, 5, 1, 14, true, 0.05, 0.01, 0.3, 1.5, true, true, true, lMax / 2 + 1, 8);
        return new ModelConfig(
                mixer,
                8,
                2,
                16,
                lMax,
                3,
                2,
                4,
                Activation.SILU,
                true,
                true,
                true,
                0.1,
                0.1,
                0.2,
                8,
                positions,
                filter,
                ModelConfigs.SE,
                ModelConfigs.MR,
                new ModelConfig.AttentionSettings(2),
                ModelConfigs.H3,
                ModelConfigs.CONV);
    }

    /** Of a prompt of n tokens the steps that follow need no array of D×n, however many a pass over it takes. */
    @ParameterizedTest
    @EnumSource(
            value = Mixer.class,
            names = {"GRU", "HYENA_SE", "CONV", "H3"})
    void aSequenceKeepsLittleOfItsBeginning(Mixer mixer) throws InterruptedException {
        int tokens = 8192;
        ModelConfig config = config(List.of(mixer), Embedding.Positions.NONE, FilterConfig.Kind.IMPLICIT, 2 * tokens);
        HyenaLanguageModel model = HyenaLanguageModel.create(config, VOCABULARY, 1);
        IncrementalSequence sequence = model.sequence(2 * tokens);
        long before = nativeBytes();
        sequence.append(new int[tokens]);
        sequence.append(1);
        assertThat(nativeBytes() - before).isLessThan((long) tokens * config.dModel() * Float.BYTES);
        assertThat(sequence.length()).isEqualTo(tokens + 1);
    }

    /** What is still reachable. */
    private static long nativeBytes() throws InterruptedException {
        long bytes = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            System.gc();
            Thread.sleep(20);
            bytes = Math.min(bytes, FloatArray.nativeBytes());
        }
        return bytes;
    }

    @Test
    void theTextOf2000TokensIsTheNaiveOneAtEveryTenth() {
        isTheNaiveOne(10);
    }

    @Test
    @Tag("endurance")
    void theTextOf2000TokensIsTheNaiveOne() {
        isTheNaiveOne(1);
    }

    /** Logits within 1e-4 at every {@code step} positions, and the same token; the model was trained. */
    private static void isTheNaiveOne(int step) {
        HyenaLanguageModel model = trained(CONFIG);
        List<Integer> text = generate(model, CONFIG, PROMPT, TOKENS);
        assertThat(text).hasSize(TOKENS);
        assertThat(text.stream().distinct().count())
                .as("a text that never changes proves little")
                .isGreaterThan(3);
        int[] ids = concat(PROMPT, text);
        IncrementalSequence sequence = model.sequence(ids.length);
        float[] online = sequence.append(PROMPT);
        for (int length = PROMPT.length; length < ids.length; length++) {
            if ((length - PROMPT.length) % step == 0) {
                float[] naive = model.logits(Arrays.copyOf(ids, length));
                assertThat(online).as("logits at %d", length).containsExactly(naive, within(1e-4f));
                assertThat(ids[length]).as("token %d", length).isEqualTo(likeliest(naive));
            }
            online = sequence.append(ids[length]);
        }
    }

    /**
     * The double reference, whose sums up to a step know nothing of what follows, so that one pass has the bits that
     * the naive way has at every step.
     */
    @Test
    void theTextOf2000TokensIsThatOfTheDoubleForm() {
        HyenaLanguageModel model = trained(CONFIG);
        int[] ids = concat(PROMPT, generate(model, CONFIG, PROMPT, TOKENS));
        ComputationGraph graph =
                new ComputationGraph(HyenaLanguageModel.configuration(CONFIG, VOCABULARY, 1, DataType.DOUBLE));
        graph.init();
        graph.params().assign(Nd4j.createFromArray(model.parameters()).castTo(DataType.DOUBLE));
        INDArray logits = graph.outputSingle(Nd4j.createFromArray(ids).reshape('c', 1, 1, ids.length));
        for (int t = PROMPT.length - 1; t < ids.length - 1; t++) {
            double[] step = new double[VOCABULARY];
            for (int v = 0; v < VOCABULARY; v++) {
                step[v] = logits.getDouble(0, v, t);
            }
            for (double logit : step) {
                assertThat(step[ids[t + 1]]).as("token %d", t + 1).isGreaterThanOrEqualTo(logit);
            }
        }
    }

    /** A context that reaches l-max goes on with its second half, several times; also where half is nothing. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 33})
    void pastLMaxTheTextIsTheNaiveOne(int lMax) {
        ModelConfig config = config(lMax);
        HyenaLanguageModel model = trained(config);
        assertThat(generate(model, config, PROMPT, 100)).isEqualTo(naive(model, lMax, PROMPT, 100));
        assertThat(generate(model, config, new int[] {7}, 100)).isEqualTo(naive(model, lMax, new int[] {7}, 100));
    }

    /** Every mixer below a Hyena block of every kind of filters, past l-max. */
    static Stream<Arguments> mixersAndFilters() {
        return Stream.concat(
                Arrays.stream(Mixer.values()).map(mixer -> Arguments.of(mixer, FilterConfig.Kind.IMPLICIT)),
                Arrays.stream(FilterConfig.Kind.values()).map(kind -> Arguments.of(Mixer.HYENA, kind)));
    }

    @ParameterizedTest
    @MethodSource("mixersAndFilters")
    void theTextOfEveryMixerIsTheNaiveOne(Mixer mixer, FilterConfig.Kind kind) {
        ModelConfig config = config(List.of(mixer, Mixer.HYENA), Embedding.Positions.ROTARY, kind, 40);
        HyenaLanguageModel model = trained(config);
        assertThat(generate(model, config, PROMPT, 100)).isEqualTo(naive(model, 40, PROMPT, 100));
        IncrementalSequence sequence = model.sequence(40);
        sequence.append(PROMPT);
        assertThat(sequence.append(7)).containsExactly(model.logits(concat(PROMPT, List.of(7))), within(1e-4f));
    }

    /** Other mixers, a mix of them, and every kind of positions, over several blocks of keys and past l-max. */
    @ParameterizedTest
    @CsvSource({
        "ATTENTION, ATTENTION, ROTARY",
        "HYENA, ATTENTION, ROTARY",
        "ATTENTION, HYENA, NONE",
        "ATTENTION, HYENA, LEARNED",
        "HYENA, ATTENTION, SINUSOIDAL"
    })
    @Tag("process")
    void textOfEveryMixtureIsTheNaiveOne(Mixer first, Mixer second, Embedding.Positions positions) {
        ModelConfig config = config(List.of(first, second), positions, FilterConfig.Kind.IMPLICIT, 300);
        HyenaLanguageModel model = trained(config);
        assertThat(generate(model, config, PROMPT, 310)).isEqualTo(naive(model, 300, PROMPT, 310));
        IncrementalSequence sequence = model.sequence(290);
        int[] ids = new Random(SEED).ints(290, 0, VOCABULARY).toArray();
        float[] online = sequence.append(Arrays.copyOf(ids, 100));
        for (int length = 100; length < ids.length; length++) {
            if (length % 10 == 0) {
                float[] naive = model.logits(Arrays.copyOf(ids, length));
                assertThat(online).as("logits at %d", length).containsExactly(naive, within(1e-4f));
            }
            online = sequence.append(ids[length]);
        }
    }

    @Test
    void generationEndsWhenNoMoreIsWanted() {
        HyenaLanguageModel model = trained(config(16));
        List<Integer> tokens = new ArrayList<>();
        int count = new Generator(model, VOCABULARY, 16).generate(PROMPT, 30, new Sampling.Greedy(), SEED, id -> {
            tokens.add(id);
            return tokens.size() < 7;
        });
        assertThat(count).isEqualTo(7);
        assertThat(tokens)
                .hasSize(7)
                .isEqualTo(generate(model, config(16), PROMPT, 30).subList(0, 7));
    }

    @Test
    void aSequenceTakesTheTokensThatItHasRoomFor() {
        HyenaLanguageModel model = trained(config(16));
        IncrementalSequence sequence = model.sequence(4);
        assertThatThrownBy(() -> sequence.append(1, 2, 3, 4, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected from 1 to 4 tokens, for which the sequence has room, found 5");
        assertThat(sequence.append(1, 2, 3)).hasSize(16);
        assertThat(sequence.length()).isEqualTo(3);
        assertThatThrownBy(() -> model.sequence(17))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a sequence of 17 tokens is longer than l-max 16");
        assertThatThrownBy(() -> model.sequence(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sequence needs room for at least one token, found 0");
    }

    private static List<Integer> generate(HyenaLanguageModel model, ModelConfig config, int[] prompt, int count) {
        List<Integer> tokens = new ArrayList<>();
        new Generator(model, VOCABULARY, config.lMax())
                .generate(prompt, count, new Sampling.Greedy(), SEED, id -> tokens.add(id));
        return tokens;
    }

    private static List<Integer> naive(HyenaLanguageModel model, int lMax, int[] prompt, int count) {
        List<Integer> tokens = new ArrayList<>();
        int[] context = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - lMax), prompt.length);
        while (tokens.size() < count) {
            int next = likeliest(model.logits(context));
            tokens.add(next);
            int[] kept = context.length < lMax ? context : Arrays.copyOfRange(context, lMax - lMax / 2, lMax);
            context = concat(kept, List.of(next));
        }
        return tokens;
    }

    private static int likeliest(float[] logits) {
        return new Sampling.Greedy().next(logits, VOCABULARY, new Random(SEED));
    }

    private static int[] concat(int[] prompt, List<Integer> text) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + text.size());
        for (int i = 0; i < text.size(); i++) {
            ids[prompt.length + i] = text.get(i);
        }
        return ids;
    }

    /** A few steps against the sign of the gradient, on a text that counts and skips a number now and then. */
    private static HyenaLanguageModel trained(ModelConfig config) {
        HyenaLanguageModel model = HyenaLanguageModel.create(config, VOCABULARY, SEED);
        int length = Math.min(200, config.lMax());
        int[] text = new int[4 * length + 1];
        for (int i = 0; i < text.length; i++) {
            text[i] = (i + i / 5) % VOCABULARY;
        }
        Batch batch = new Batch(Arrays.copyOf(text, 4 * length), Arrays.copyOfRange(text, 1, text.length), 4, length);
        float[] gradient = new float[Math.toIntExact(model.parameterCount())];
        for (int step = 0; step < 40; step++) {
            model.computeGradient(batch, step);
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
