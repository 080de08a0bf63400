package io.github.hyenaspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplingTest {
    private static final long SEED = 1906;
    private static final int DRAWS = 20_000;

    /** Five standard deviations of a share measured by {@link #DRAWS} draws, at its largest. */
    private static final double TOLERANCE = 5 * Math.sqrt(0.25 / DRAWS);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Sampling.Greedy GREEDY = new Sampling.Greedy();

    @Test
    void greedyTakesTheLikeliestAndTheLowestOfEquals() {
        assertThat(next(GREEDY, 1, 3, 2)).isEqualTo(1);
        assertThat(next(GREEDY, -5, -1, -1, -3)).isEqualTo(1);
        assertThat(next(GREEDY, -0f, 0f)).isZero();
        assertThat(next(GREEDY, -1e-30f, 0f, -3e38f)).isEqualTo(1);
    }

    @Test
    void paddingIsNeverChosen() {
        float[] logits = {0, 1, 99, 99};
        assertThat(GREEDY.next(logits, 2, new java.util.Random(SEED))).isEqualTo(1);
        assertThat(shares(new Sampling.Random(1, 0, 1), logits, 2)[2]).isZero();
    }

    @Test
    void sharesAreTheSoftmaxAtTheTemperature() {
        float[] logits = {1, -1, 0.5f, 2};
        for (double temperature : new double[] {0.5, 1, 3}) {
            double[] shares = shares(new Sampling.Random(temperature, 0, 1), logits, 4);
            double[] expected = softmax(logits, temperature);
            for (int id = 0; id < 4; id++) {
                assertThat(shares[id])
                        .as("id %d at temperature %s, seed %d", id, temperature, SEED)
                        .isCloseTo(expected[id], within(TOLERANCE));
            }
        }
    }

    @Test
    void topKLeavesTheLikeliest() {
        double[] shares = shares(new Sampling.Random(1, 2, 1), new float[] {1, 3, 1, 0}, 4);
        double[] expected = softmax(new float[] {1, 3}, 1);
        assertThat(shares[0]).as("the lower id of two equals").isCloseTo(expected[0], within(TOLERANCE));
        assertThat(shares[1]).isCloseTo(expected[1], within(TOLERANCE));
        assertThat(shares[2] + shares[3]).isZero();
        assertThat(shares(new Sampling.Random(1, 1, 1), new float[] {1, 1}, 2)).containsExactly(1, 0);
        assertThat(shares(new Sampling.Random(1, 9, 1), new float[] {1, 1}, 2)[1])
                .isPositive();
    }

    /** Probabilities 1/2, 1/4, 1/8, 1/8. */
    @Test
    void topPLeavesTheFewestThatReachIt() {
        float[] logits = {(float) Math.log(4), 0, (float) Math.log(2), 0};
        assertThat(shares(new Sampling.Random(1, 0, 0.3), logits, 4)).containsExactly(1, 0, 0, 0);
        assertThat(shares(new Sampling.Random(1, 0, 0.5), new float[] {1, 1}, 2))
                .as("exactly reached")
                .containsExactly(1, 0);
        double[] two = shares(new Sampling.Random(1, 0, 0.6), logits, 4);
        assertThat(two[0]).isCloseTo(2.0 / 3, within(TOLERANCE));
        assertThat(two[2]).isCloseTo(1.0 / 3, within(TOLERANCE));
        double[] three = shares(new Sampling.Random(1, 0, 0.8), logits, 4);
        assertThat(three[1]).isCloseTo(1.0 / 7, within(TOLERANCE));
        assertThat(three[3]).isZero();
    }

    @Test
    void topPCountsAmongTheTopK() {
        double[] shares = shares(new Sampling.Random(1, 2, 0.6), new float[] {(float) Math.log(2), 0, 0}, 3);
        assertThat(shares).as("2/3 of the two that are left is enough").containsExactly(1, 0, 0);
    }

    @Test
    void oneSeedGivesOneText() {
        Sampling sampling = new Sampling.Random(0.8, 3, 0.95);
        float[] logits = {0.1f, 0.2f, 0.3f, 0.4f};
        int[] first = draws(sampling, logits, SEED);
        assertThat(draws(sampling, logits, SEED)).isEqualTo(first);
        assertThat(draws(sampling, logits, SEED + 1)).isNotEqualTo(first);
    }

    @Test
    void temperatureZeroIsGreedy() {
        assertThat(Sampling.of(0, 5, 0.5)).isEqualTo(GREEDY);
        assertThat(Sampling.of(0.5, 5, 0.25)).isEqualTo(new Sampling.Random(0.5, 5, 0.25));
    }

    @Test
    void extremeLogitsDoNotOverflow() {
        assertThat(next(new Sampling.Random(0.01, 0, 1), -3e38f, 3e38f, 0)).isEqualTo(1);
    }

    @Test
    void everyTokenIsTheOneThatSortingAllLogitsGives() {
        var shapes = new java.util.Random(SEED);
        for (int n = 0; n < 3_000; n++) {
            int vocabularySize = 1 + shapes.nextInt(n % 10 == 0 ? 3_000 : 40);
            float[] logits = new float[vocabularySize + shapes.nextInt(3)];
            float spread = new float[] {0, 1, 8, 100}[shapes.nextInt(4)];
            for (int id = 0; id < logits.length; id++) { // in quarters, so that many are equal
                logits[id] = Math.round(4 * spread * (float) shapes.nextGaussian()) / 4f;
            }
            double temperature = new double[] {0.05, 0.7, 1, 3}[shapes.nextInt(4)];
            int topK = new int[] {0, 1, 2, 7, 40, 5_000, Integer.MAX_VALUE}[shapes.nextInt(7)];
            double topP = new double[] {1e-9, 0.3, 0.9, 1}[shapes.nextInt(4)];
            var sampling = new Sampling.Random(temperature, topK, topP);
            var random = new java.util.Random(n);
            var same = new java.util.Random(n);
            for (int draw = 0; draw < 20; draw++) {
                assertThat(sampling.next(logits, vocabularySize, random))
                        .as("case %d, draw %d: %s of %d tokens, seed %d", n, draw, sampling, vocabularySize, SEED)
                        .isEqualTo(sorted(sampling, logits, vocabularySize, same));
            }
            assertThat(GREEDY.next(logits, vocabularySize, random)).isEqualTo(ranked(logits, vocabularySize)[0]);
        }
    }

    /** A sort needs room for a number for each token; a choice of few does not. */
    @Test
    void greedyAndTopKDoNotSortTheVocabulary() {
        int vocabularySize = 200_000;
        float[] logits = new float[vocabularySize];
        var values = new java.util.Random(SEED);
        for (int id = 0; id < vocabularySize; id++) {
            logits[id] = (float) values.nextGaussian();
        }
        for (Sampling sampling : List.of(GREEDY, new Sampling.Random(1, 40, 0.9))) {
            sampling.next(logits, vocabularySize, values); // loads what it needs
            long before = THREADS.getCurrentThreadAllocatedBytes();
            sampling.next(logits, vocabularySize, values);
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes taken by %s", sampling)
                    .isLessThan(vocabularySize);
        }
    }

    /** {@link Sampling.Random} by its definition. */
    private static int sorted(Sampling.Random sampling, float[] logits, int vocabularySize, java.util.Random random) {
        int[] ids = ranked(logits, vocabularySize);
        int candidates = sampling.topK() == 0 ? ids.length : Math.min(sampling.topK(), ids.length);
        double[] upTo = new double[candidates];
        double sum = 0;
        for (int n = 0; n < candidates; n++) {
            sum += Math.exp(((double) logits[ids[n]] - logits[ids[0]]) / sampling.temperature());
            upTo[n] = sum;
        }
        int last = 0;
        while (last < candidates - 1 && upTo[last] < sampling.topP() * sum) {
            last++;
        }
        double drawn = random.nextDouble() * upTo[last];
        int chosen = 0;
        while (chosen < last && upTo[chosen] <= drawn) {
            chosen++;
        }
        return ids[chosen];
    }

    /** All ids, likeliest first, of equals the lowest first: the sort is stable. */
    private static int[] ranked(float[] logits, int vocabularySize) {
        return IntStream.range(0, vocabularySize)
                .boxed()
                .sorted(Comparator.comparingDouble(id -> -(logits[id] + 0f)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @Test
    void refusesSettingsOutOfRange() {
        assertThatThrownBy(() -> new Sampling.Random(-1, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the temperature must be a positive number, found -1.0; 0 is greedy");
        assertThatThrownBy(() -> new Sampling.Random(1, -1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("top-k must be at least 0 (no limit), found -1");
        assertThatThrownBy(() -> new Sampling.Random(1, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("top-p must be above 0 and at most 1 (no limit), found 0.0");
    }

    @Test
    void refusesLogitsThatCannotBeRanked() {
        assertThatThrownBy(() -> next(GREEDY, 1, Float.NaN))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("the logit of token 1 is NaN, expected a finite number");
        assertThatThrownBy(() -> GREEDY.next(new float[4], 5, new java.util.Random(SEED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the vocabulary must have from 1 to 4 tokens, one for each logit, found 5");
    }

    private static int next(Sampling sampling, float... logits) {
        return sampling.next(logits, logits.length, new java.util.Random(SEED));
    }

    private static int[] draws(Sampling sampling, float[] logits, long seed) {
        java.util.Random random = new java.util.Random(seed);
        return IntStream.range(0, 50)
                .map(n -> sampling.next(logits, logits.length, random))
                .toArray();
    }

    private static double[] shares(Sampling sampling, float[] logits, int vocabularySize) {
        java.util.Random random = new java.util.Random(SEED);
        int[] counts = new int[logits.length];
        for (int n = 0; n < DRAWS; n++) {
            counts[sampling.next(logits, vocabularySize, random)]++;
        }
        return Arrays.stream(counts)
                .mapToDouble(count -> (double) count / DRAWS)
                .toArray();
    }

    private static double[] softmax(float[] logits, double temperature) {
        double[] shares = new double[logits.length];
        double sum = 0;
        for (int id = 0; id < logits.length; id++) {
            shares[id] = Math.exp(logits[id] / temperature);
            sum += shares[id];
        }
        for (int id = 0; id < logits.length; id++) {
            shares[id] /= sum;
        }
        return shares;
    }
}
