package io.github.hyenaspark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OuterOptimizerTest {
    private static final long SEED = 2311;
    private static final int COUNT = 1000;
    private static final OuterConfig PLAIN_MEAN = new OuterConfig(1, 0);

    @Test
    void oneWorkerUnderThePlainMeanKeepsEveryBit() {
        Random random = new Random(SEED);
        TrainingState result = state(random);
        result.theta()[0] = -0f;
        result.theta()[1] = Float.MIN_VALUE;
        result.theta()[2] = -Float.MAX_VALUE;
        TrainingState merged =
                OuterOptimizer.of(PLAIN_MEAN, new float[COUNT]).merge(state(random), List.of(result(0, result, 123)));
        assertThat(bits(merged.theta())).isEqualTo(bits(result.theta()));
        assertThat(bits(merged.firstMoment())).isEqualTo(bits(result.firstMoment()));
        assertThat(bits(merged.secondMoment())).isEqualTo(bits(result.secondMoment()));
    }

    @Test
    void thePlainMeanIsWeightedByTokens() {
        Random random = new Random(SEED);
        List<RoundResult> results =
                List.of(result(0, state(random), 10), result(1, state(random), 30), result(2, state(random), 0));
        OuterOptimizer optimizer = OuterOptimizer.of(PLAIN_MEAN, new float[COUNT]);
        TrainingState merged = optimizer.merge(state(random), results);
        TrainingState one = results.get(0).state();
        TrainingState two = results.get(1).state();
        for (int i = 0; i < COUNT; i++) {
            assertThat(merged.theta()[i]).isEqualTo((float) (0.25 * one.theta()[i] + 0.75 * two.theta()[i]));
            assertThat(merged.firstMoment()[i])
                    .isEqualTo((float) (0.25 * one.firstMoment()[i] + 0.75 * two.firstMoment()[i]));
            assertThat(merged.secondMoment()[i])
                    .isEqualTo((float) (0.25 * one.secondMoment()[i] + 0.75 * two.secondMoment()[i]));
        }
        assertThat(optimizer.momentum()).containsOnly(0f);
    }

    /** Three rounds, against the formula in double throughout; the float arrays between rounds round to 6e-8 each. */
    @Test
    void nesterovIsTheFormula() {
        Random random = new Random(SEED);
        double eta = 0.7;
        double mu = 0.9;
        OuterOptimizer optimizer = OuterOptimizer.of(new OuterConfig(eta, mu), new float[COUNT]);
        TrainingState state = state(random);
        double[] theta = new double[COUNT];
        double[] v = new double[COUNT];
        for (int i = 0; i < COUNT; i++) {
            theta[i] = state.theta()[i];
        }
        for (int round = 0; round < 3; round++) {
            List<RoundResult> results = List.of(result(0, state(random), 1), result(1, state(random), 3));
            state = optimizer.merge(state, results);
            for (int i = 0; i < COUNT; i++) {
                double g = 0;
                for (RoundResult result : results) {
                    g += result.tokens() / 4.0 * (theta[i] - result.state().theta()[i]);
                }
                v[i] = mu * v[i] + g;
                theta[i] -= eta * (g + mu * v[i]);
                String where = "round " + round + ", element " + i + ", seed " + SEED;
                assertThat((double) state.theta()[i]).as(where).isCloseTo(theta[i], within(1e-5));
                assertThat((double) optimizer.momentum()[i]).as(where).isCloseTo(v[i], within(1e-5));
            }
        }
    }

    @Test
    void goesOnFromItsMomentum() {
        Random random = new Random(SEED);
        OuterConfig config = new OuterConfig(1, 0.5);
        OuterOptimizer through = OuterOptimizer.of(config, new float[COUNT]);
        TrainingState first = through.merge(state(random), List.of(result(0, state(random), 1)));
        OuterOptimizer resumed = OuterOptimizer.of(config, through.momentum().clone());
        List<RoundResult> results = List.of(result(0, state(random), 1));
        assertThat(resumed.merge(first, results).theta())
                .isEqualTo(through.merge(first, results).theta());
        assertThat(resumed.momentum()).isEqualTo(through.momentum());
    }

    @Test
    void leavesItsInputsAsTheyAre() {
        Random random = new Random(SEED);
        TrainingState start = state(random);
        TrainingState startBefore = start.copy();
        TrainingState worker = state(random);
        TrainingState workerBefore = worker.copy();
        float[] momentum = state(random).theta();
        float[] momentumBefore = momentum.clone();
        OuterOptimizer optimizer = OuterOptimizer.of(new OuterConfig(1, 0.5), momentum);
        TrainingState merged = optimizer.merge(start, List.of(result(0, worker, 1)));
        assertThat(start.theta()).isEqualTo(startBefore.theta());
        assertThat(worker.theta()).isEqualTo(workerBefore.theta());
        assertThat(worker.firstMoment()).isEqualTo(workerBefore.firstMoment());
        assertThat(worker.secondMoment()).isEqualTo(workerBefore.secondMoment());
        assertThat(momentum).isEqualTo(momentumBefore);
        assertThat(optimizer.momentum()).isNotSameAs(momentum);
        assertThat(merged.theta()).isNotSameAs(start.theta()).isNotSameAs(worker.theta());
        assertThat(merged.firstMoment()).isNotSameAs(worker.firstMoment());
    }

    @Test
    void refusesResultsThatAreNotOnePerWorkerInOrder() {
        Random random = new Random(SEED);
        RoundResult zero = result(0, state(random), 1);
        RoundResult one = result(1, state(random), 1);
        assertRefused(
                List.of(one, zero),
                "results must be in worker order, each worker once: expected worker 0 at place 0, found worker 1");
        assertRefused(
                List.of(zero, zero),
                "results must be in worker order, each worker once: expected worker 1 at place 1, found worker 0");
        assertRefused(List.of(), "a round needs the result of at least one worker, found none");
        assertRefused(
                List.of(result(0, TrainingState.initial(new float[3]), 1)),
                "worker 0 must return 1000 parameters, found 3");
        assertRefused(
                List.of(result(0, state(random), 0)),
                "no worker trained on any token, found 0 in 1 results; the dataset may be shorter than one batch");
        assertThatThrownBy(() -> OuterOptimizer.of(PLAIN_MEAN, new float[1]).merge(state(random), List.of(zero)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the outer momentum must have as many elements as the parameters, 1000, found 1");
    }

    @Test
    void refusesWhatIsNotFiniteAndNamesTheWorker() {
        Random random = new Random(SEED);
        RoundResult good = result(0, state(random), 1);
        TrainingState bad = state(random);
        bad.theta()[2] = Float.NaN;
        assertDiverged(
                List.of(good, result(1, bad, 1)),
                "worker 1 diverged: its theta has NaN at element 2, expected finite numbers;"
                        + " try a lower train.lr or train.clip-norm");
        TrainingState infinite = state(random);
        infinite.secondMoment()[COUNT - 1] = Float.POSITIVE_INFINITY;
        assertDiverged(
                List.of(result(0, infinite, 1)),
                "worker 0 diverged: its second moment has Infinity at element 999, expected finite numbers;"
                        + " try a lower train.lr or train.clip-norm");
    }

    @Test
    void statesAndResultsCheckThemselves() {
        assertThatThrownBy(() -> new TrainingState(new float[2], new float[2], new float[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a training state of 2 parameters needs as many moments, found 2 and 1");
        TrainingState state = TrainingState.initial(new float[2]);
        assertThatThrownBy(() -> result(-1, state, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a worker's number must be at least 0, found -1");
        assertThatThrownBy(() -> result(4, state, -7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("worker 4 must have trained on at least 0 tokens, found -7");
    }

    private static void assertRefused(List<RoundResult> results, String message) {
        assertThatThrownBy(() -> mergeAny(results))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static void assertDiverged(List<RoundResult> results, String message) {
        assertThatThrownBy(() -> mergeAny(results))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage(message);
    }

    private static TrainingState mergeAny(List<RoundResult> results) {
        return OuterOptimizer.of(PLAIN_MEAN, new float[COUNT]).merge(TrainingState.initial(new float[COUNT]), results);
    }

    private static RoundResult result(int worker, TrainingState state, long tokens) {
        return new RoundResult(worker, state, tokens, 1, 1);
    }

    private static TrainingState state(Random random) {
        TrainingState state = TrainingState.initial(new float[COUNT]);
        for (int i = 0; i < COUNT; i++) {
            state.theta()[i] = (float) random.nextGaussian();
            state.firstMoment()[i] = (float) random.nextGaussian();
            state.secondMoment()[i] = random.nextFloat();
        }
        return state;
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
