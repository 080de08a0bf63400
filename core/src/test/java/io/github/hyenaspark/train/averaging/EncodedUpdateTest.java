package io.github.hyenaspark.train.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.train.LocalTrainer;
import io.github.hyenaspark.train.codec.Codec;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import io.github.hyenaspark.train.optim.TrainingState;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EncodedUpdateTest {
    private static final long SEED = 2501;
    private static final int COUNT = 3000;

    private final Random random = new Random(SEED);

    private TrainingState state(double scale) {
        return new TrainingState(numbers(scale), numbers(scale), numbers(scale));
    }

    private float[] numbers(double scale) {
        float[] numbers = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            numbers[i] = (float) (scale * random.nextGaussian());
        }
        return numbers;
    }

    private static LocalTrainer.RoundResult result(TrainingState state) {
        return new LocalTrainer.RoundResult(new LocalTrainer.WorkerReport(0, 1, 10, 1, 1, 1), state);
    }

    private static TrainConfig config(Codec codec, TrainConfig.MomentPolicy innerState) {
        var draft = new TrainConfigDraft();
        draft.codec = codec;
        draft.innerState = innerState;
        draft.outer = new TrainConfig.Outer(1, 0, 0);
        return draft.config();
    }

    @Test
    void momentsTravelOnlyIfTheyAreAveraged() {
        TrainingState start = state(1);
        for (TrainConfig.MomentPolicy innerState : TrainConfig.MomentPolicy.values()) {
            EncodedUpdate frames = EncodedUpdate.pack(
                            config(Codec.FP32, innerState), start, result(state(1)), new float[0])
                    .frames();
            assertThat(frames.parameterBytes()).isEqualTo(4L * COUNT);
            assertThat(frames.momentBytes()).isEqualTo(innerState == TrainConfig.MomentPolicy.AVERAGE ? 8L * COUNT : 0);
        }
        EncodedUpdate int8 = EncodedUpdate.pack(
                        config(Codec.INT8, TrainConfig.MomentPolicy.AVERAGE), start, result(state(1)), new float[0])
                .frames();
        assertThat(int8.momentBytes()).as("bf16").isEqualTo(4L * COUNT);
    }

    /**
     * What int4 loses comes with the next frames: after many rounds the sum of all that was sent is that of all deltas.
     */
    @Test
    void whatInt4LosesIsSentLater() {
        TrainConfig config = config(Codec.INT4, TrainConfig.MomentPolicy.RESET);
        float[] residual = new float[0];
        double[] wanted = new double[COUNT];
        double[] sent = new double[COUNT];
        TrainingState start = state(1);
        float[] block = new float[Codec.BLOCK];
        for (int round = 0; round < 20; round++) {
            float[] delta = numbers(0.01);
            float[] end = start.theta().clone();
            for (int i = 0; i < COUNT; i++) {
                end[i] += delta[i];
                wanted[i] += (double) end[i] - start.theta()[i];
            }
            EncodedUpdate.Packed packed =
                    EncodedUpdate.pack(config, start, result(TrainingState.initial(end)), residual);
            residual = packed.residual();
            for (int from = 0; from < COUNT; from += Codec.BLOCK) {
                int count = Math.min(Codec.BLOCK, COUNT - from);
                packed.frames().parameters().decode(from, count, block);
                for (int i = 0; i < count; i++) {
                    sent[from + i] += block[i];
                }
            }
        }
        for (int i = 0; i < COUNT; i++) {
            assertThat(sent[i] + residual[i]).as("element %d, seed %d", i, SEED).isCloseTo(wanted[i], within(1e-5));
        }
    }

    @Test
    void onlyInt4KeepsWhatItLoses() {
        TrainingState start = state(1);
        for (Codec codec : List.of(Codec.FP32, Codec.BF16, Codec.INT8)) {
            assertThat(EncodedUpdate.pack(
                                    config(codec, TrainConfig.MomentPolicy.RESET),
                                    start,
                                    result(state(1)),
                                    new float[0])
                            .residual())
                    .isEmpty();
        }
    }
}
