package io.github.hyenaspark.train.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AveragingTest {
    private static final long SEED = 1602;
    private static final int COUNT = 256 * Codec.BLOCK + 700;

    private final Random random = new Random(SEED);
    private final TrainingState start = state();

    private TrainingState state() {
        return new TrainingState(numbers(), numbers(), numbers());
    }

    private float[] numbers() {
        float[] numbers = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private static LocalTrainer.WorkerReport report(int worker, long tokens) {
        return new LocalTrainer.WorkerReport(worker, 1, tokens, 1, 1, 1);
    }

    private EncodedUpdate frames(TrainConfig config, TrainingState end) {
        return EncodedUpdate.pack(config, start, new LocalTrainer.RoundResult(report(0, 1), end), new float[0])
                .frames();
    }

    private static TrainConfig config(Codec codec, TrainConfig.Outer outer) {
        var draft = new TrainConfigDraft();
        draft.codec = codec;
        draft.outer = outer;
        return draft.config();
    }

    private static final TrainConfig.Outer PLAIN_MEAN = new TrainConfig.Outer(1, 0, 0);

    @Test
    void oneWorkerUnderThePlainMeanKeepsEveryBit() {
        TrainConfig config = config(Codec.FP32, PLAIN_MEAN);
        TrainingState end = state();
        end.theta()[0] = -0f;
        end.theta()[1] = Float.MIN_VALUE;
        end.theta()[2] = -Float.MAX_VALUE;
        Averaging.AveragedState averaged =
                Averaging.of(config, 3, List.of(report(0, 123))).average(start, List.of(frames(config, end)));
        assertThat(bits(averaged.parameters())).isEqualTo(bits(end.theta()));
        assertThat(bits(averaged.firstMoment())).isEqualTo(bits(end.firstMoment()));
        assertThat(bits(averaged.secondMoment())).isEqualTo(bits(end.secondMoment()));
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    @Test
    void thePlainMeanIsWeightedByTokens() {
        TrainConfig config = config(Codec.FP32, PLAIN_MEAN);
        List<TrainingState> ends = List.of(state(), state(), state());
        Averaging averaging = Averaging.of(config, 0, List.of(report(0, 10), report(1, 30), report(2, 0)));
        Averaging.AveragedState averaged = averaging.average(
                start, ends.stream().map(end -> frames(config, end)).toList());
        for (int i = 0; i < COUNT; i++) {
            assertThat(averaged.parameters()[i]).isEqualTo((float)
                    (0.25 * ends.get(0).theta()[i] + 0.75 * ends.get(1).theta()[i]));
            assertThat(averaged.firstMoment()[i]).isEqualTo((float)
                    (0.25 * ends.get(0).firstMoment()[i] + 0.75 * ends.get(1).firstMoment()[i]));
        }
        assertThat(averaging.meanDeltaNorm(start.theta(), averaged)).isPositive();
    }

    /** Against double throughout; int4 is half a step of a 7th of the largest of a block, here below 5, off. */
    @ParameterizedTest
    @EnumSource(Codec.class)
    void otherwiseItIsTheWayBackFromTheMean(Codec codec) {
        TrainConfig config = config(codec, new TrainConfig.Outer(0.7, 0.9, 0));
        List<TrainingState> ends = List.of(state(), state());
        Averaging.AveragedState averaged = Averaging.of(config, 0, List.of(report(0, 1), report(1, 3)))
                .average(start, ends.stream().map(end -> frames(config, end)).toList());
        double tolerance = switch (codec) {
            case FP32 -> 1e-6;
            case BF16 -> 8 / 256.0;
            case INT8 -> 8 / 127.0 / 2;
            case INT4 -> 8 / 7.0 / 2;
        };
        double worst = 0;
        for (int i = 0; i < COUNT; i++) {
            double theta = start.theta()[i];
            double g = 0.25 * (theta - ends.get(0).theta()[i])
                    + 0.75 * (theta - ends.get(1).theta()[i]);
            worst = Math.max(worst, Math.abs(g - averaged.parameters()[i]));
        }
        assertThat(worst).as("seed %d", SEED).isCloseTo(0, within(tolerance));
        if (!codec.isExact()) {
            assertThat(averaged.secondMoment()[7]).isEqualTo(Codec.rounded(averaged.secondMoment()[7]));
        }
    }

    /** The executors average ranges, the driver everything: nobody may see a difference. */
    @ParameterizedTest
    @EnumSource(Codec.class)
    @Tag("fault-6")
    void rangesGiveTheBitsOfTheWhole(Codec codec) {
        rangesGiveTheBitsOfTheWhole(config(codec, new TrainConfig.Outer(1, 0.5, 0)), COUNT);
        rangesGiveTheBitsOfTheWhole(meanGradient(codec), COUNT);
    }

    /** With Muon only the first parameters in the order of moments have second ones. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 37 * Codec.BLOCK, 40 * Codec.BLOCK + 11})
    void fewerSecondMomentsAreAveragedAsMany(int count) {
        rangesGiveTheBitsOfTheWhole(config(Codec.FP32, PLAIN_MEAN), count);
        rangesGiveTheBitsOfTheWhole(meanGradient(Codec.INT8), count);
    }

    private static TrainConfig meanGradient(Codec codec) {
        var draft = new TrainConfigDraft();
        draft.codec = codec;
        draft.secondMoment = TrainConfig.SecondMoment.MEAN_GRADIENT;
        return draft.config();
    }

    private static TrainingState part(TrainingState state, int from, int to) {
        return new TrainingState(
                Arrays.copyOfRange(state.theta(), from, to),
                Arrays.copyOfRange(state.firstMoment(), from, to),
                secondMoments(state, from, to));
    }

    private static float[] secondMoments(TrainingState state, int from, int to) {
        int count = state.secondMoment().length;
        return Arrays.copyOfRange(state.secondMoment(), Math.min(from, count), Math.min(to, count));
    }

    private static TrainingState withSecondMoments(TrainingState state, int count) {
        return new TrainingState(state.theta(), state.firstMoment(), secondMoments(state, 0, count));
    }

    private void rangesGiveTheBitsOfTheWhole(TrainConfig config, int secondMoments) {
        TrainingState start = withSecondMoments(this.start, secondMoments);
        List<EncodedUpdate> frames = Stream.generate(() -> frames(config, withSecondMoments(state(), secondMoments)))
                .limit(3)
                .toList();
        Averaging averaging = Averaging.of(config, 0, List.of(report(0, 5), report(1, 7), report(4, 6)));
        Averaging.AveragedState whole = averaging.average(start, frames);
        Averaging.AveragedState pieces =
                Averaging.AveragedState.zeros(COUNT, whole.firstMoment().length, whole.secondMoment().length);
        int range = 37 * Codec.BLOCK;
        List<Integer> begins = new ArrayList<>();
        for (int from = 0; from < COUNT; from += range) {
            begins.add(0, from); // any order
        }
        for (int from : begins) {
            int to = Math.min(from + range, COUNT);
            pieces.put(averaging.range(
                    part(start, from, to),
                    frames.stream().map(f -> f.part(from, to)).toList(),
                    from));
        }
        assertThat(whole.secondMoment()).hasSize(secondMoments);
        assertThat(bits(pieces.parameters())).isEqualTo(bits(whole.parameters()));
        assertThat(bits(pieces.firstMoment())).isEqualTo(bits(whole.firstMoment()));
        assertThat(bits(pieces.secondMoment())).isEqualTo(bits(whole.secondMoment()));
    }

    @Test
    @Tag("fault-5")
    @Tag("fault-6")
    void refusesResultsThatAreNotOncePerWorkerInOrder() {
        TrainConfig config = config(Codec.FP32, PLAIN_MEAN);
        assertThatThrownBy(() -> Averaging.of(config, 0, List.of(report(1, 1), report(0, 1))))
                .hasMessage("results must be in worker order, each worker once: found worker 0 after worker 1");
        assertThatThrownBy(() -> Averaging.of(config, 0, List.of(report(1, 1), report(1, 1))))
                .hasMessage("results must be in worker order, each worker once: found worker 1 after worker 1");
        assertThatThrownBy(() -> Averaging.of(config, 0, List.of()))
                .hasMessage("a round needs the result of at least one worker, found none");
        assertThatThrownBy(() -> Averaging.of(config, 0, List.of(report(0, 0))))
                .hasMessageStartingWith("no worker trained on any token, found 0 in 1 results");
        assertThatThrownBy(() -> Averaging.of(config, 0, List.of(report(0, 1))).average(start, List.of()))
                .hasMessage("there are 1 weights, found 0 results to average");
    }
}
