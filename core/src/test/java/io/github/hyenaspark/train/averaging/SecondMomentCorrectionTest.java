package io.github.hyenaspark.train.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.TrainingState;
import io.github.hyenaspark.train.optim.TrainingStates;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SecondMomentCorrectionTest {
    private static final int COUNT = Codec.BLOCK + 30;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.98;

    private final Random random = new Random(1412);
    private final TrainingState start = new TrainingState(numbers(), numbers(), squares());

    private float[] numbers() {
        float[] numbers = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private float[] squares() {
        float[] squares = numbers();
        for (int i = 0; i < COUNT; i++) {
            squares[i] *= squares[i];
        }
        return squares;
    }

    private static TrainConfigDraft draft() {
        var draft = new TrainConfigDraft();
        draft.betas = List.of(BETA1, BETA2);
        draft.outer = new TrainConfig.Outer(1, 0, 0);
        draft.secondMoment = TrainConfig.SecondMoment.MEAN_GRADIENT;
        return draft;
    }

    /** Where AdamW's moments are after gradients. */
    private TrainingState after(List<float[]> gradients) {
        TrainingState state = TrainingStates.copyOf(start);
        for (float[] g : gradients) {
            for (int i = 0; i < COUNT; i++) {
                state.firstMoment()[i] = (float) (BETA1 * state.firstMoment()[i] + (1 - BETA1) * g[i]);
                state.secondMoment()[i] = (float) (BETA2 * state.secondMoment()[i] + (1 - BETA2) * g[i] * g[i]);
            }
        }
        return state;
    }

    private float[] averaged(TrainConfig config, List<List<float[]>> gradients, long... tokens) {
        List<LocalTrainer.WorkerReport> reports = new ArrayList<>();
        List<EncodedUpdate> frames = new ArrayList<>();
        for (int k = 0; k < gradients.size(); k++) {
            reports.add(new LocalTrainer.WorkerReport(k, gradients.get(k).size(), tokens[k], 1, 1, 1));
            var result = new LocalTrainer.RoundResult(reports.get(k), after(gradients.get(k)));
            frames.add(EncodedUpdate.pack(config, start, result, new float[0]).frames());
        }
        return Averaging.of(config, 0, reports).average(start, frames).secondMoment();
    }

    @Test
    void afterOneStepItIsThatOfOneWorkerWithTheMeanGradient() {
        List<float[]> gradients = List.of(numbers(), numbers(), numbers());
        float[] found =
                averaged(draft().config(), gradients.stream().map(List::of).toList(), 10, 30, 60);
        float[] mean = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            mean[i] = (float) (0.1 * gradients.get(0)[i]
                    + 0.3 * gradients.get(1)[i]
                    + 0.6 * gradients.get(2)[i]);
        }
        assertSame(found, after(List.of(mean)).secondMoment());
    }

    private static void assertSame(float[] found, float[] expected) {
        for (int i = 0; i < COUNT; i++) {
            assertThat((double) found[i]).as("element %d", i).isCloseTo(expected[i], within(1e-6 + 1e-5 * expected[i]));
        }
    }

    /** Also where the workers did not all do the same number of steps. */
    @Test
    void workersThatAgreeKeepTheMean() {
        float[] gradient = numbers();
        float[] none = new float[COUNT];
        List<List<float[]>> gradients = List.of(List.of(gradient, gradient), List.of(gradient, gradient));
        assertSame(
                averaged(draft().config(), gradients, 1, 1),
                after(gradients.get(0)).secondMoment());

        List<List<float[]>> silent = List.of(List.of(none, none, none), List.of(none));
        float[] found = averaged(draft().config(), silent, 1, 3);
        for (int i = 0; i < COUNT; i++) {
            double rest = (0.25 * Math.pow(BETA2, 3) + 0.75 * BETA2) * start.secondMoment()[i];
            assertThat((double) found[i]).isCloseTo(rest, within(1e-5 + 1e-4 * rest));
        }
    }

    @Test
    void workersThatDoNotAgreeShareTheNoise() {
        int workers = 8;
        List<List<float[]>> gradients = IntStream.range(0, workers)
                .mapToObj(k -> List.of(numbers(), numbers()))
                .toList();
        double grown = 0;
        double plain = 0;
        long[] tokens = IntStream.range(0, workers).mapToLong(k -> 5).toArray();
        TrainConfigDraft workersOwn = draft();
        workersOwn.secondMoment = TrainConfig.SecondMoment.WORKERS;
        float[] found = averaged(draft().config(), gradients, tokens);
        float[] own = averaged(workersOwn.config(), gradients, tokens);
        for (int i = 0; i < COUNT; i++) {
            double rest = BETA2 * BETA2 * start.secondMoment()[i];
            grown += found[i] - rest;
            plain += own[i] - rest;
            assertThat(found[i]).isGreaterThanOrEqualTo(0).isLessThanOrEqualTo(own[i] * 1.00001f);
        }
        assertThat(plain / grown).isBetween(0.85 * workers, 1.15 * workers);
    }

    @Test
    void onlyMomentsThatTravelAndDifferAreCorrected() {
        assertThat(averagingOf(2, draft()).correctsSecondMoments()).isTrue();
        assertThat(averagingOf(1, draft()).correctsSecondMoments()).isFalse();
        TrainConfigDraft local = draft();
        local.innerState = TrainConfig.MomentPolicy.LOCAL;
        assertThat(averagingOf(2, local).correctsSecondMoments()).isFalse();
        TrainConfigDraft workersOwn = draft();
        workersOwn.secondMoment = TrainConfig.SecondMoment.WORKERS;
        assertThat(averagingOf(2, workersOwn).correctsSecondMoments()).isFalse();
    }

    private static Averaging averagingOf(int workers, TrainConfigDraft draft) {
        return new Averaging(
                draft.config(), 0, Collections.nCopies(workers, 1.0 / workers), Collections.nCopies(workers, 1));
    }
}
